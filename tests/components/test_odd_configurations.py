"""Odd values for every setting of both programs: messages are plain and show no value."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

import bootstrap.settings
import components.settings.stack
from components.settings.model import Settings
from components.settings.problems import ConfigurationError, Problem
from tests.components.reading import read_by, texts_of
from tests.components.recordings import PROJECT, SECRETS
from tests.components.stacks import ACME_APP, EVERYTHING, GLOBEX, HANDOFF_KEY, RUTTER, having
from tests.docs.configuration_table import setting_fields


@dataclass(frozen=True)
class Configured:
    """A program, and a configuration with a valid value for every setting."""

    project: str
    read: Callable[[], BaseModel]
    model: type[BaseModel]
    config: dict[str, Any]

    def problems(self, config: dict[str, Any]) -> list[Problem]:
        texts = texts_of(config, self.project)
        secret_keys = [f"{self.project}:{key}" for key in SECRETS]
        try:
            read_by(self.read, texts, project=self.project, secret_keys=secret_keys)
        except ConfigurationError as error:
            return list(error.problems)
        return []


MAIN = Configured(
    PROJECT,
    components.settings.stack.read_settings,
    Settings,
    {
        **EVERYTHING,
        "apps": [
            RUTTER["apps"][0]
            | {
                "registeredBaseUrl": "https://apps.example.com",
                "appUrl": "https://app.example.com",
            },
            ACME_APP,
        ],
        "handoffKeys": {GLOBEX: HANDOFF_KEY},
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
                "domainName": "apps.example.com",
                "hostedZoneId": "Z1",
            },
            {"name": "dev"},
        ],
        "oidcProviderArn": "arn:aws:iam::123456789012:oidc-provider/github",
        "stateBucket": "example-state",
    },
)
PLACES = [
    (program, place)
    for program in (MAIN, BOOTSTRAP)
    for path, *_ in setting_fields(program.model)
    for place in dict.fromkeys((path.removesuffix("[i]"), path))
]
SECRET = "k3y n3v3r shown"
ODD = [
    *(SECRET, [SECRET], {"name": SECRET}),
    *("", "x" * 300, "-1", "yes", "it's $HOME", "["),
    *(0, -1, 1.5, 10**30, True, None),
    *([], ["x", "x"], ["x"] * 8, [None, 7], [["x"]], [{}, {"a": 1}]),
    *({}, {"a": {"b": [1]}, "name": "x"}),
    *({"i": 1, "0": 1, "": 1}, {"a.b": 1, "a:b": 1, "it's": 1, '"q[0]"': 1, "a\nb": 1}),
    # Longer and deeper than the JSON that is read.
    *("[" + "1" * 5_000 + "]", "[" * 100_000),
]

LIBRARY_WORDS = r"Input|Tuple|[Vv]alidation|should|dictionary|\b(None|True|False)\b"


@pytest.mark.parametrize("program", [MAIN, BOOTSTRAP])
def test_configuration_without_odd_values_has_no_problem(program: Configured) -> None:
    assert program.problems(program.config) == []


@pytest.mark.parametrize(
    ("program", "path"), PLACES, ids=[f"{each.project}-{path}" for each, path in PLACES]
)
def test_messages_of_odd_values_are_plain_and_show_no_value(program: Configured, path: str) -> None:
    for odd in ODD:
        for each in program.problems(having(path.replace("[i]", "[0]"), odd, program.config)):
            assert not re.search(LIBRARY_WORDS, each.what), (odd, each)
            assert "\n" not in str(each)
            assert SECRET not in str(each)
