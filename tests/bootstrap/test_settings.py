"""The bootstrap stack's settings: what is said of a wrong one."""

import json
from typing import Any

import pytest

from bootstrap.settings import Settings, main_project, read_settings
from components.settings.problems import ConfigurationError, Problem
from components.settings.stack import PROJECT_AND_STACK
from tests.components.reading import read_by
from tests.components.stacks import MISSING

PROJECT = "bigcommerce-bootstrap"
DEV: dict[str, Any] = {"name": "dev"}
PROD: dict[str, Any] = {"name": "prod"}


def read(environments: Any, **others: Any) -> Settings:
    config = {"repository": "example/back-end", "environments": environments, **others}
    texts = {
        f"{PROJECT}:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in config.items()
        if value is not MISSING
    }
    return read_by(read_settings, texts, project=PROJECT)


def problems(environments: Any, **others: Any) -> list[Problem]:
    with pytest.raises(ConfigurationError) as raised:
        read(environments, **others)
    return list(raised.value.problems)


LONGEST = PROJECT_AND_STACK - len(main_project())
TAKEN = "another environment has that name, and capitals make no other one for IAM"
BEGIN = "--path 'environments[0].name' NAME"
LIST = "must be a list"


@pytest.mark.parametrize(
    ("environments", "key", "what", "command"),
    [
        (MISSING, "environments", "is required", BEGIN),
        ([], "environments", "must not be empty", BEGIN),
        ("dev", "environments", f"is 'dev': it {LIST}", ""),
        ({"dev": {}}, "environments", LIST, ""),
        (
            [DEV | {"reviewers": [f"user{index}" for index in range(8)]}],
            "environments[0].reviewers",
            "must have at most 6 items",
            "",
        ),
        *(
            (
                [DEV | {"previewPullRequests": given}],
                "environments[0].previewPullRequests",
                f"is {given!r}: it must be true or false",
                "",
            )
            for given in ("maybe", 2)
        ),
        (
            [DEV, PROD | {"hostedZoneId": "Z1"}],
            "environments[1].domainName",
            "is missing: the environment has the hostedZoneId of a domain, and needs its name",
            "--path 'environments[1].domainName' DOMAIN_NAME",
        ),
        *(
            ([DEV, {"name": name}], "environments[1].name", f"is {name!r}: {what}", "")
            for name, what in (
                ("dev", TAKEN),
                ("Dev", TAKEN),
                (
                    "x" * (LONGEST + 1),
                    f"the stack's name has at most {LONGEST} characters, since those of AWS begin "
                    "so",
                ),
                (
                    "dev-eu",
                    "what belongs to it would be within reach of the deploy role of 'dev', so "
                    "the two need different accounts or names",
                ),
            )
        ),
    ],
)
def test_a_wrong_environment(environments: Any, key: str, what: str, command: str) -> None:
    assert problems(environments) == [Problem(key, what, command)]


@pytest.mark.parametrize("count", [2, 3])
def test_each_of_several_alike_but_the_first_is_a_problem_once(count: int) -> None:
    keys = [problem.key for problem in problems([PROD, *[DEV] * count])]
    assert keys == [f"environments[{index}].name" for index in range(2, count + 1)]


def test_what_the_cli_stores_for_words_that_look_like_numbers_and_switches() -> None:
    given = {"name": 2026, "reviewers": [7], "previewPullRequests": "true"}
    (environment,) = read([given]).environments
    assert (environment.name, environment.reviewers) == ("2026", ("7",))
    assert environment.preview_pull_requests is True
