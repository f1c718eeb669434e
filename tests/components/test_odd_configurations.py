"""Whatever stands where a setting belongs: it is said in configuration's words, and can be mended.

For both programs, and each of their settings, since these are read from the models.
"""

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

import bootstrap.settings
import components.configuration
from components.configuration_errors import ConfigurationError, Problem
from components.first_app import FIRST_APP
from components.setting_paths import Location, path_text, setting_paths
from components.settings import Settings
from tests.components.config_commands import after
from tests.components.reading import read_by
from tests.components.recordings import PROJECT, SECRETS
from tests.components.stacks import (
    ACME_APP,
    CLIENT_SECRETS,
    CUSTOMIZED,
    GLOBEX,
    HANDOFF_KEY,
    REGISTERED_GLOBEX_APP,
    RUTTER_CLIENT_SECRET,
)


@dataclass(frozen=True)
class Configured:
    """A program, and a configuration in which every setting has a good value."""

    project: str
    read: Callable[[], BaseModel]
    model: type[BaseModel]
    config: dict[str, Any]

    def problems(self, config: dict[str, Any]) -> list[Problem]:
        """What it finds wrong with a configuration."""
        texts = {
            f"{self.project}:{key}": value if isinstance(value, str) else json.dumps(value)
            for key, value in config.items()
        }
        texts["aws:region"] = "us-east-1"
        secret_keys = [f"{self.project}:{key}" for key in SECRETS]
        try:
            read_by(self.read, texts, project=self.project, secret_keys=secret_keys)
        except ConfigurationError as error:
            return list(error.problems)
        return []


MAIN = Configured(
    PROJECT,
    components.configuration.read_settings,
    Settings,
    {
        **CUSTOMIZED,
        "apps": [
            REGISTERED_GLOBEX_APP
            | {
                "registeredBaseUrl": "https://apps.example.com",
                "appUrl": "https://app.example.com",
                "rutter": {"clientId": "globex", "onUninstall": "keep", "webhooks": True},
            },
            ACME_APP,
        ],
        "clientSecrets": CLIENT_SECRETS,
        "handoffKeys": {GLOBEX: HANDOFF_KEY},
        "rutterClientSecrets": {GLOBEX: RUTTER_CLIENT_SECRET},
        "rutterBaseUrl": "https://rutter.example.com/versioned",
    },
)
BOOTSTRAP = Configured(
    "bigcommerce-bootstrap",
    bootstrap.settings.read_settings,
    bootstrap.settings.Settings,
    {
        "repository": "example/back-end",
        "environments": [
            {
                "name": "prod",
                "previewPullRequests": False,
                "reviewers": ["alice", "acme/platform"],
                "domainName": "apps.example.com",
                "hostedZoneId": "Z1",
            },
            {"name": "dev"},
        ],
        "oidcProviderArn": "arn:aws:iam::123456789012:oidc-provider/github",
        "stateBucket": "example-state",
    },
)
PLACES: list[tuple[Configured, Location]] = [
    *((MAIN, (key,)) for key in FIRST_APP),
    *(
        (program, tuple(0 if isinstance(part, int) else part for part in path))
        for program in (MAIN, BOOTSTRAP)
        for path in setting_paths(program.model)
    ),
]
ODD = [
    *("", "x" * 300, "-1", "yes", "it's $HOME", "["),
    *(0, -1, 1.5, 10**30, True, None),
    *([], ["x", "x"], ["x"] * 8, [None, 7], [["x"]], [{}, {"a": 1}]),
    *({}, {"a": {"b": [1]}, "name": "x"}),
    *({"i": 1, "0": 1, "": 1}, {"a.b": 1, "a:b": 1, "it's": 1, '"q[0]"': 1}),
    # Longer and deeper than JSON is read.
    *("[" + "1" * 5_000 + "]", "[" * 100_000),
]

LIBRARY_WORDS = r"Input|Tuple|[Vv]alidation|should|valid (?!JSON)|dictionary|\b(None|True|False)\b"


def having(config: dict[str, Any], path: Location, value: Any) -> dict[str, Any]:
    """A configuration with another value at a path. What is no list or map at the top is text."""
    place: Any = copy.deepcopy(config)
    whole = place
    for part in path[:-1]:
        place = place[part]
    at_top = len(path) == 1 and not isinstance(value, list | dict | str)
    place[path[-1]] = json.dumps(value) if at_top else value
    return dict(whole)


@pytest.mark.parametrize("program", [MAIN, BOOTSTRAP])
def test_without_anything_odd_there_is_no_problem(program: Configured) -> None:
    assert program.problems(program.config) == []


def remedied(config: dict[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """A configuration after all commands of its problems' remedies, in their order."""
    for problem in problems:
        for line in problem.remedy.split("\n"):
            if line.startswith("pulumi "):
                config = after(config, line)
    return config


def is_edited(problem: Problem) -> bool:
    """Whether a remedy takes an editor too."""
    return not all(line.startswith("pulumi ") for line in problem.remedy.split("\n"))


@pytest.mark.parametrize(
    ("program", "path"), PLACES, ids=[f"{each.project}-{path_text(path)}" for each, path in PLACES]
)
def test_an_odd_value_is_said_in_words_of_configuration_and_mended_by_its_remedy(
    program: Configured, path: Location
) -> None:
    for odd in ODD:
        config = having(program.config, path, odd)
        problems = program.problems(config)
        if not problems:
            continue
        for each in problems:
            assert not re.search(LIBRARY_WORDS, each.what), (odd, each)
        again = program.problems(remedied(config, problems))
        said = {(each.key, each.what) for each in again}
        for each in problems:
            assert is_edited(each) or (each.key, each.what) not in said, (odd, each)
            # Other than of a text, a good value of these is known.
            if re.search("true or false|number$", each.what):
                assert each.key not in {other.key for other in again}, (odd, each)


@pytest.mark.parametrize(
    ("program", "key", "good"),
    [(MAIN, "apps", ACME_APP), (BOOTSTRAP, "environments", {"name": "dev", "reviewers": ["a"]})],
)
def test_no_good_entry_is_removed_with_the_odd_ones(
    program: Configured, key: str, good: dict[str, Any]
) -> None:
    rest = {"repository": "o/r"} if program is BOOTSTRAP else {}
    other = {**good, "name": True} | ({"organizationId": "b"} if program is MAIN else {})
    config = {key: ["x", other, 7, good, None], **rest}
    mended = remedied(config, program.problems(config))
    assert mended == {key: [other | {"name": "NAME"}, good], **rest}
