"""What is said of a wrong configuration: every problem at once."""

import json
import re
from typing import Any

import pytest

from components.settings.checks import checked_settings
from components.settings.problems import ConfigurationError, Problem
from tests.components.reading import problems, read, read_texts
from tests.components.recordings import PROJECT, Recorder
from tests.components.stacks import (
    ACME,
    ACME_APP,
    APP_URL,
    AWAITING,
    CLIENT_ID,
    CLIENT_SECRET,
    CLIENT_SECRETS,
    DOMAIN,
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

# The only wrong key, how the sentence about it goes on, and the configuration.
PROBLEMS: list[tuple[str, str, dict[str, Any]]] = [
    ('clientSecrets["a.b"]', f"{NO_APP}.", with_setting("clientSecrets", {"a.b": CLIENT_SECRET})),
    (
        "clientSecrets.amce",
        f"{NO_APP} (did you mean clientSecrets.acme?).",
        with_app(clientId=CLIENT_ID) | {"clientSecrets": {ACME: CLIENT_SECRET, "amce": "old"}},
    ),
    ("clientSecrets", "must be a map.", with_setting("clientSecrets", CLIENT_SECRET)),
    (
        f"clientSecrets.{GLOBEX}",
        "must be a valid string.",
        READY | {"clientSecrets": {GLOBEX: {"value": CLIENT_SECRET}}},
    ),
    (
        f"clientSecrets.{GLOBEX}",
        "must be one word: no spaces or line ends.",
        READY | {"clientSecrets": {GLOBEX: f"{CLIENT_SECRET}\n"}},
    ),
    (
        "handoffKeys.acme",
        "must have at least 32 characters.",
        with_app(appUrl=APP_URL) | {"handoffKeys": {ACME: HANDOFF_KEY[:31]}},
    ),
    (
        "apps[1].organizationId",
        "is 'acme', which another app has.",
        {"apps": [ACME_APP | {"clientId": CLIENT_ID}, ACME_APP]}
        | {"clientSecrets": {ACME: CLIENT_SECRET}},
    ),
    (
        "apps[1].rutter.clientId",
        "is 'globex-at-rutter', which another app has.",
        RUTTER
        | {"apps": [RUTTER["apps"][0], ACME_APP | {"rutter": {"clientId": "globex-at-rutter"}}]}
        | {"rutterClientSecrets": dict.fromkeys((GLOBEX, ACME), RUTTER_CLIENT_SECRET)},
    ),
    (
        "apps[1].clientId",
        f"is '{CLIENT_ID}', which another app has.",
        {
            "apps": [REGISTERED_GLOBEX_APP, ACME_APP | {"clientId": CLIENT_ID}],
            "clientSecrets": CLIENT_SECRETS | {ACME: CLIENT_SECRET},
        },
    ),
    (
        "apps[0].rutter.onUninstall",
        "is 'drop': it must be 'keep' or 'delete'.",
        with_app(rutter={"clientId": "a", "onUninstall": "drop"})
        | {"rutterClientSecrets": {ACME: CLIENT_SECRET}},
    ),
    (
        "apps[0].organizationId",
        "is 'acme!': it must be 1 to 64 letters, digits, - or _",
        with_app(organizationId="acme!", clientId=CLIENT_ID, appUrl=APP_URL)
        | {"clientSecrets": {ACME: CLIENT_SECRET}},
    ),
    (
        "apps[0].clientSecret",
        "is not a setting (did you mean clientSecrets?).",
        with_app(clientSecret=CLIENT_SECRET),
    ),
    (
        "apps[0].scopes",
        "lists both store_v2_orders and store_v2_orders_read_only; the portal's Scopes tab takes",
        with_app(scopes=["store_v2_orders", "store_v2_orders_read_only"]),
    ),
    ("throttle", """is '{"rate"': it must be a map.""", with_setting("throttle", '{"rate"')),
    (
        "apps[0].scopes[0]",
        "is 'store_v2_order': it is not a BigCommerce OAuth scope (did you mean store_v2_orders",
        with_app(scopes=["store_v2_order"]),
    ),
    # Values in a wrong shape.
    ("apps", "is 'acme': it must be a list.", {"apps": "acme"}),
    ("apps", "is '[[[", {"apps": "[" * 9_999}),
    ("apps", "must be a list.", {"apps": {"organizationId": ACME}}),
    ("apps[0]", "is 'acme': it must be a map.", {"apps": ["acme"]}),
    (
        "apps[0].scopes",
        "is 'store_v2_orders, store_v2_products': it must be a list.",
        with_app(scopes="store_v2_orders, store_v2_products"),
    ),
    ("throttle", "is 'fast': it must be a map.", with_setting("throttle", "fast")),
    ("functions", "must be a map.", with_setting("functions", [{"memorySize": 512}])),
    ("events", "is 'maybe': it must be true or false.", with_setting("events", "maybe")),
    (
        "domain",
        "needs hostedZoneId, certificateArn or both.",
        with_setting("domain", {"name": DOMAIN["name"]}),
    ),
]
# The same of a required value that is missing, for which there is a command.
MISSING_VALUES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("apps", "is required.", BEGIN, {}),
    ("apps", "must not be empty.", BEGIN, {"apps": []}),
    ("apps[0].scopes", "is required.", BEGIN_SCOPES, having("apps[0].scopes", MISSING)),
    ("apps[0].scopes", "must not be empty.", BEGIN_SCOPES, with_app(scopes=[])),
    (
        "apps[0].organizationId",
        "is required.",
        BEGIN,
        {"apps": [{**having("apps[0].organizationId", MISSING)["apps"][0], "clientId": CLIENT_ID}]},
    ),
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


@pytest.mark.parametrize(("key", "said", "config"), PROBLEMS)
def test_a_wrong_value_is_said_and_nothing_is_suggested(
    key: str, said: str, config: dict[str, Any]
) -> None:
    (problem,) = problems(config)
    assert str(problem).startswith(f"{key} {said}")
    assert problem.to_set == ""


@pytest.mark.parametrize(("key", "said", "command", "config"), MISSING_VALUES)
def test_a_missing_value_has_the_command_that_sets_it(
    key: str, said: str, command: str, config: dict[str, Any]
) -> None:
    (problem,) = problems(config)
    assert str(problem) == f"{key} {said}"
    assert problem.to_set == command


@pytest.mark.parametrize(
    ("config", "key", "meant"),
    [
        ({"app": [ACME_APP]}, "app", "apps"),
        (with_setting("Functions", {"memorySize": 512}), "Functions", "functions"),
        (with_setting("region", "us-east-1"), "region", "aws:region"),
        (
            READY | {"clientSecrets": {}, "clientSecret": CLIENT_SECRETS},
            "clientSecret",
            "clientSecrets",
        ),
        (
            READY | {"clientSecrets": {f"{GLOBEX}0": CLIENT_SECRET}},
            f"clientSecrets.{GLOBEX}0",
            f"clientSecrets.{GLOBEX}",
        ),
        (
            with_app(clientID=CLIENT_ID) | {"clientSecrets": {ACME: CLIENT_SECRET}},
            "apps[0].clientID",
            "apps[0].clientId",
        ),
        (
            {"apps": [{**having("apps[0].scopes", MISSING)["apps"][0], "scope": ["a"]}]},
            "apps[0].scope",
            "apps[0].scopes",
        ),
        (
            with_setting("domain", {"name": "a.example.com", "zoneId": "Z1"}),
            "domain.zoneId",
            "domain.hostedZoneId",
        ),
    ],
)
def test_a_misspelled_key_comes_first_and_without_what_is_missing_only_because_of_it(
    config: dict[str, Any], key: str, meant: str
) -> None:
    what = NO_APP if key.startswith("clientSecrets.") else "is not a setting"
    first, *others = problems(config)
    assert str(first) == f"{key} {what} (did you mean {meant}?)."
    assert not any(each.to_set for each in others)


@pytest.mark.parametrize("name", ["bigcomerce", "name-before"])
@pytest.mark.parametrize("rest", [{}, {f"{PROJECT}:apps": json.dumps([ACME_APP])}])
def test_keys_under_another_name_of_the_project_are_named(
    name: str, rest: dict[str, str], record: Recorder
) -> None:
    """As a warning if the configuration is good without them."""
    read_by_name = {"apps": [ACME_APP], "protect": True}
    other = {f"{name}:{key}": json.dumps(value) for key, value in read_by_name.items()}
    foreign = {"auth0:domain": "a.example.com", "other:region": "x"}
    said = [
        f"{name}:{key} is not read, because the project's name is {PROJECT} "
        f"(did you mean {PROJECT}:{key}?)."
        for key in read_by_name
    ]
    if rest:
        given = {key: json.loads(value) for key, value in (other | rest).items()}
        assert [each.text for each in record({**given, **foreign}).warnings] == said
    else:
        with pytest.raises(ConfigurationError) as raised:
            read_texts({f"{PROJECT}:apps": "[]", **other, **foreign})
        assert [str(each) for each in raised.value.problems] == [*said, "apps must not be empty."]


def test_a_placeholder_is_called_one() -> None:
    for key, value in (("apps[0].organizationId", "ORGANIZATION_ID"), ("apps[0].name", "NAME")):
        (problem,) = problems(having(key, value))
        assert problem == Problem(
            key, f"is '{value}': it is a placeholder: put your own value there"
        )


def test_secrets_in_plain_text() -> None:
    (problem,) = problems(READY, secret=False)
    assert problem.key == "clientSecrets"
    assert problem.what.startswith("has plain text in the stack's file: set each with --secret")


def test_values_from_elsewhere_are_checked_without_a_stack() -> None:
    assert checked_settings(READY) == read(READY)
    with pytest.raises(ConfigurationError) as raised:
        checked_settings(EVERYTHING_WRONG)
    assert raised.value.problems == tuple(problems(EVERYTHING_WRONG))
    assert {problem.key for problem in raised.value.problems} == {
        *("apps[0].clientId", "apps[0].scopes[0]", "apps[1].organizationId"),
        *("clientSecrets.nobody", "throttle.auth.rate", "protect"),
    }
    text = str(raised.value)
    assert text.startswith("The settings have 6 problems; nothing was deployed.")
    assert "apps[0].scopes[0] is 'store_v2_ordres'" in text


class TestMessage:
    def test_gives_each_problem_a_line_and_its_command_another(self) -> None:
        wrong, missing = Problem("protect", "is wrong"), Problem("name", "is required", "X")
        assert str(ConfigurationError([wrong, missing], "dev")) == (
            "The configuration of stack dev has 2 problems; nothing was deployed.\n"
            "\n"
            "  protect is wrong.\n"
            "\n"
            "  name is required.\n"
            "      pulumi config set --stack dev X"
        )
        assert str(ConfigurationError([missing])) == (
            "The settings have 1 problem; nothing was deployed.\n\n  name is required."
        )

    @pytest.mark.parametrize(
        "config",
        [
            EVERYTHING_WRONG,
            *(case[-1] for case in PROBLEMS),
            *(case[-1] for case in MISSING_VALUES),
            {"apps": [ACME_APP], "clientSecrets": [CLIENT_SECRET]},
            {"apps": [ACME_APP], "clientSecrets": '{"acme": ' + CLIENT_SECRET},
            {"apps": [ACME_APP], "clientSecrets": {"zzz": [CLIENT_SECRET]}},
            {"apps": [ACME_APP], "clientSecret": CLIENT_SECRET},
        ],
    )
    def test_never_shows_a_secret_and_ends_each_sentence_once(self, config: dict[str, Any]) -> None:
        with pytest.raises(ConfigurationError) as raised:
            read(config, secret=False)
        assert CLIENT_SECRET not in str(raised.value)
        assert CLIENT_SECRET not in repr(raised.value.problems)
        assert not re.search(r"[.?]\.$", str(raised.value), re.MULTILINE)
        assert "config rm" not in str(raised.value)
