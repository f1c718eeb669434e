"""Problems of a wrong configuration, reported together."""

import re
from typing import Any

import pytest

from components.settings.checks import secret_maps, settings_and_problems
from components.settings.late import Late
from components.settings.model import HandoffKey, Settings
from components.settings.problems import ConfigurationError, Problem
from tests.components.reading import problems, read
from tests.components.stacks import (
    ACME,
    ACME_APP,
    APP_URL,
    AWAITING,
    CLIENT_ID,
    CLIENT_SECRET,
    CLIENT_SECRETS,
    EVERYTHING_WRONG,
    GLOBEX,
    HANDOFF_KEY,
    MISSING,
    READY,
    REGISTERED_GLOBEX_APP,
    RUTTER,
    RUTTER_CLIENT_SECRET,
    having,
    with_app,
    with_setting,
)

BEGIN = "--path 'apps[0].organizationId' ORGANIZATION_ID"
BEGIN_SCOPES = "--path 'apps[0].scopes[0]' SCOPE"
NO_APP = "is for an organization ID that no app has"
SHARED = "is the same as that of apps[0]: each app needs its own."

# The only problem's key, what its sentence says, and the configuration.
PROBLEMS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "clientSecrets",
        "has an entry for an organization ID that no app has.",
        with_setting("clientSecrets", {CLIENT_SECRET: ACME}),
    ),
    (
        "clientSecrets.amce",
        f"{NO_APP} (did you mean acme?).",
        with_app(clientId=CLIENT_ID) | {"clientSecrets": {ACME: CLIENT_SECRET, "amce": "old"}},
    ),
    (
        f"clientSecrets.{GLOBEX}",
        "must be text.",
        READY | {"clientSecrets": {GLOBEX: {"value": CLIENT_SECRET}}},
    ),
    (
        f"clientSecrets.{GLOBEX}",
        "must not contain spaces or line breaks.",
        READY | {"clientSecrets": {GLOBEX: f"{CLIENT_SECRET}\n"}},
    ),
    (
        "handoffKeys.acme",
        "must have at least 32 characters.",
        with_app(appUrl=APP_URL) | {"handoffKeys": {ACME: HANDOFF_KEY[:31]}},
    ),
    (
        "apps[1].organizationId",
        SHARED,
        {"apps": [ACME_APP | {"clientId": CLIENT_ID}, ACME_APP]}
        | {"clientSecrets": {ACME: CLIENT_SECRET}},
    ),
    (
        "apps[1].rutter.clientId",
        SHARED,
        RUTTER
        | {"apps": [RUTTER["apps"][0], ACME_APP | {"rutter": {"clientId": "globex-at-rutter"}}]}
        | {"rutterClientSecrets": dict.fromkeys((GLOBEX, ACME), RUTTER_CLIENT_SECRET)},
    ),
    (
        "apps[1].clientId",
        SHARED,
        {
            "apps": [REGISTERED_GLOBEX_APP, ACME_APP | {"clientId": CLIENT_ID}],
            "clientSecrets": CLIENT_SECRETS | {ACME: CLIENT_SECRET},
        },
    ),
    (
        "apps[0].rutter.onUninstall",
        "must be 'keep' or 'delete'.",
        with_app(rutter={"clientId": "a", "onUninstall": "drop"})
        | {"rutterClientSecrets": {ACME: CLIENT_SECRET}},
    ),
]
# The same for a missing value that is required, with the command that sets it.
MISSING_VALUES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("apps", "is required.", BEGIN, {}),
    ("apps", "must not be empty.", BEGIN, {"apps": []}),
    ("apps[0].scopes", "is required.", BEGIN_SCOPES, having("apps[0].scopes", MISSING)),
    ("apps[0].scopes", "must not be empty.", BEGIN_SCOPES, with_app(scopes=[])),
    ("apps[0].organizationId", "is required.", BEGIN, having("apps[0].organizationId", MISSING)),
    (
        "domain.name",
        "is required.",
        "--path 'domain.name' NAME",
        with_setting("domain", {"hostedZoneId": "Z1"}),
    ),
    (
        "clientSecrets.acme",
        "is missing: apps[0].clientId needs it.",
        "--secret --path 'clientSecrets.acme'",
        with_app(clientId=CLIENT_ID) | {"clientSecrets": {ACME: ""}},
    ),
    *[
        (
            f"{secrets}.acme",
            f"is missing: apps[0].{setting} needs it.",
            f"--secret --path '{secrets}.acme'",
            with_app(**app),
        )
        for secrets, setting, app in (
            ("clientSecrets", "clientId", {"clientId": CLIENT_ID}),
            ("handoffKeys", "appUrl", {"appUrl": APP_URL}),
            ("rutterClientSecrets", "rutter.clientId", {"rutter": {"clientId": "acme-at-rutter"}}),
        )
    ],
    *[
        (
            f"apps[0].{setting}",
            f"is missing: {secrets}.{GLOBEX} is set.",
            f"--path 'apps[0].{setting}' {placeholder}",
            AWAITING | {secrets: {GLOBEX: HANDOFF_KEY}},
        )
        for setting, placeholder, secrets in (
            ("clientId", "CLIENT_ID", "clientSecrets"),
            ("appUrl", "APP_URL", "handoffKeys"),
            ("rutter.clientId", "CLIENT_ID", "rutterClientSecrets"),
        )
    ],
]


@pytest.mark.parametrize(("key", "what", "config"), PROBLEMS)
def test_a_wrong_value_has_no_command(key: str, what: str, config: dict[str, Any]) -> None:
    (problem,) = problems(config)
    assert str(problem).startswith(f"{key} {what}")
    assert problem.to_set == ""


@pytest.mark.parametrize(("key", "what", "command", "config"), MISSING_VALUES)
def test_missing_value_command(key: str, what: str, command: str, config: dict[str, Any]) -> None:
    assert problems(config) == [Problem(key, what.removesuffix("."), command)]


def test_secrets_in_plain_text_are_refused() -> None:
    (problem,) = problems(READY, secret=False)
    assert problem.key == "clientSecrets"
    assert problem.what.startswith("has plain text in the stack's file: set each secret with")


def test_a_map_of_secrets_needs_the_setting_that_it_belongs_to() -> None:
    class MoreSettings(Settings):
        webhook_keys: Late[dict[str, HandoffKey]]

    with pytest.raises(KeyError, match="webhookKeys"):
        secret_maps(MoreSettings)


def test_values_without_a_stack_have_the_same_problems() -> None:
    assert settings_and_problems(READY) == (read(READY), [])
    wrong = EVERYTHING_WRONG | {"domain": {"hostedZoneId": "Z1"}}
    _, found = settings_and_problems(wrong)
    assert found == problems(wrong)
    assert {problem.key for problem in found} == {
        *("apps[0].clientId", "apps[0].scopes[0]", "apps[1].organizationId", "domain.name"),
        *("clientSecrets", "throttle.auth.rate", "protect"),
    }


def test_message_lists_each_problem_and_its_command() -> None:
    wrong, missing = Problem("protect", "is wrong"), Problem("name", "is required", "X")
    assert str(ConfigurationError([wrong, missing], "dev")) == (
        "The configuration of stack dev has 2 problems:\n"
        "\n"
        "  protect is wrong.\n"
        "\n"
        "  name is required.\n"
        "      pulumi config set --stack dev X"
    )
    assert "has 1 problem:" in str(ConfigurationError([missing], "dev"))


@pytest.mark.parametrize(
    "config",
    [
        EVERYTHING_WRONG,
        *(case[-1] for case in PROBLEMS),
        *(case[-1] for case in MISSING_VALUES),
        with_setting("clientSecrets", [CLIENT_SECRET]),
        with_setting("clientSecrets", '{"acme": ' + CLIENT_SECRET),
        with_setting("clientSecrets", {"zzz": [CLIENT_SECRET]}),
        with_setting("clientSecret", CLIENT_SECRET),
        with_setting("clientSecrets", CLIENT_SECRET),
        with_app(clientSecret=CLIENT_SECRET),
    ],
)
def test_message_never_shows_a_secret_and_ends_each_sentence_once(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(config, secret=False)
    assert CLIENT_SECRET not in str(raised.value)
    assert CLIENT_SECRET not in repr(raised.value.problems)
    assert not re.search(r"[.?]\.$", str(raised.value), re.MULTILINE)
