"""Problems of the bootstrap stack's settings."""

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
BEGIN = "--path 'environments[0].name' NAME"


@pytest.mark.parametrize(
    ("environments", "key", "what", "command"),
    [
        (MISSING, "environments", "is required", BEGIN),
        ([], "environments", "must not be empty", BEGIN),
        (
            [DEV, PROD | {"hostedZoneId": "Z1"}],
            "environments[1]",
            "has hostedZoneId, so it needs domainName",
            "",
        ),
        *(
            ([DEV, {"name": name}], "environments[1].name", what, "")
            for name, what in (
                ("Dev", "is the name of another environment: IAM ignores case"),
                (
                    "x" * (LONGEST + 1),
                    f"must have at most {LONGEST} characters, for names of IAM roles",
                ),
                (
                    "dev-eu",
                    "starts with the name of environments[0], whose deploy role could change this "
                    "stack: choose another name, or use another AWS account",
                ),
            )
        ),
    ],
)
def test_wrong_environment(environments: Any, key: str, what: str, command: str) -> None:
    assert problems(environments) == [Problem(key, what, command)]


def test_each_repeated_name_but_the_first_is_one_problem() -> None:
    keys = [problem.key for problem in problems([PROD, DEV, DEV, DEV])]
    assert keys == ["environments[2].name", "environments[3].name"]


def test_values_as_the_cli_stores_them() -> None:
    given = {"name": 2026, "previewPullRequests": "true"}
    (environment,) = read([given]).environments
    assert environment.name == "2026"
    assert environment.preview_pull_requests is True
