"""What is said of a wrong configuration, and the remedy: it removes no more than the mistake."""

import json
import re
from typing import Any

import pytest

from components.configuration_errors import ConfigurationError, Problem
from tests.components.reading import IN_FILE, REMOVE, SET, problems, read, read_texts
from tests.components.recordings import PROJECT
from tests.components.stacks import (
    ACME,
    ACME_APP,
    APP_URL,
    AWAITING,
    CLIENT_ID,
    CLIENT_SECRET,
    CLIENT_SECRETS,
    DOMAIN_ELSEWHERE,
    EVERYTHING_WRONG,
    GLOBEX,
    HANDOFF_KEY,
    MISSING,
    READY,
    REGISTERED_GLOBEX_APP,
    having,
    with_app,
    with_setting,
)

BEGIN = f"{SET} --path 'apps[0].organizationId' ORGANIZATION_ID"
BEGIN_SCOPES = f"{SET} --path 'apps[0].scopes[0]' SCOPE"

# The only wrong key, what is said of it, the command that fixes it, and the configuration.
OTHER_PROBLEMS: list[tuple[str, str, str, dict[str, Any]]] = [
    (
        "clientSecrets.acme",
        "is missing: apps[0] has clientId, and needs its client secret",
        f"{SET} --secret --path 'clientSecrets.acme'",
        with_app(clientId=CLIENT_ID) | {"clientSecrets": {ACME: ""}},
    ),
    (
        "apps[0].clientId",
        "is missing: the app has a client secret, and needs its client ID",
        f"{SET} --path 'apps[0].clientId' CLIENT_ID",
        AWAITING | {"clientSecrets": {GLOBEX: CLIENT_SECRET}},
    ),
    (
        "clientSecrets.amce",
        "is for an organization id that no app has (did you mean acme?)",
        f"{IN_FILE} rename clientSecrets.amce to acme",
        with_setting("clientSecrets", {"amce": CLIENT_SECRET}),
    ),
    (
        "clientSecrets.amce",
        "is for an organization id that no app has (did you mean acme?)",
        f"{REMOVE} --path 'clientSecrets.amce'",
        with_app(clientId=CLIENT_ID) | {"clientSecrets": {ACME: CLIENT_SECRET, "amce": "old"}},
    ),
    (
        "clientSecrets.zzz",
        "is for an organization id that no app has",
        f"{REMOVE} --path 'clientSecrets.zzz'",
        with_setting("clientSecrets", {"zzz": CLIENT_SECRET}),
    ),
    (
        "handoffKeys.ORGANIZATION_ID",
        "has the placeholder of a command in place of an app's organization id",
        f"{IN_FILE} rename handoffKeys.ORGANIZATION_ID to acme",
        with_setting("handoffKeys", {"ORGANIZATION_ID": HANDOFF_KEY}),
    ),
    (
        "clientSecrets",
        "must be a map of organization id to secret",
        f"{REMOVE} --path 'clientSecrets'\n{SET} --secret --path 'clientSecrets.ORGANIZATION_ID'",
        with_setting("clientSecrets", CLIENT_SECRET),
    ),
    (
        f"clientSecrets.{GLOBEX}",
        "must be text",
        f"{SET} --secret --path 'clientSecrets.{GLOBEX}'",
        READY | {"clientSecrets": {GLOBEX: {"value": CLIENT_SECRET}}},
    ),
    (
        f"clientSecrets.{GLOBEX}",
        "must be one word: no spaces or line ends",
        f"{SET} --secret --path 'clientSecrets.{GLOBEX}'",
        READY | {"clientSecrets": {GLOBEX: f"{CLIENT_SECRET}\n"}},
    ),
    (
        "apps[1].organizationId",
        "is 'acme', which another app has",
        f"{SET} --path 'apps[1].organizationId' ORGANIZATION_ID",
        {"apps": [ACME_APP, ACME_APP]},
    ),
    (
        "apps[1].clientId",
        f"is '{CLIENT_ID}', which another app has",
        f"{SET} --path 'apps[1].clientId' CLIENT_ID",
        {
            "apps": [REGISTERED_GLOBEX_APP, ACME_APP | {"clientId": CLIENT_ID}],
            "clientSecrets": CLIENT_SECRETS | {ACME: CLIENT_SECRET},
        },
    ),
    (
        "handoffKeys.acme",
        "is missing: apps[0] has appUrl, and needs its handoff key",
        f"{SET} --secret --path 'handoffKeys.acme'",
        with_app(appUrl=APP_URL),
    ),
    (
        "apps[0].appUrl",
        "is missing: the app has a handoff key, and needs the URL it hands over to",
        f"{SET} --path 'apps[0].appUrl' https://app.example.com",
        with_setting("handoffKeys", {ACME: HANDOFF_KEY}),
    ),
    (
        "handoffKeys.acme",
        "must have at least 32 characters",
        f"{SET} --secret --path 'handoffKeys.acme'",
        with_app(appUrl=APP_URL) | {"handoffKeys": {ACME: HANDOFF_KEY[:31]}},
    ),
    (
        "rutterClientSecrets.acme",
        "is missing: apps[0] has rutter, and needs its Rutter client secret",
        f"{SET} --secret --path 'rutterClientSecrets.acme'",
        with_app(rutter={"clientId": "acme-at-rutter"}),
    ),
    (
        "apps[0].rutter",
        "is missing: the app has a Rutter client secret, and needs its Rutter client ID",
        f"{SET} --path 'apps[0].rutter.clientId' CLIENT_ID",
        with_setting("rutterClientSecrets", {ACME: CLIENT_SECRET}),
    ),
    (
        "apps[0].rutter.onUninstall",
        "is 'drop': it must be 'keep' or 'delete'",
        f"{SET} --path 'apps[0].rutter.onUninstall' keep",
        with_app(rutter={"clientId": "a", "onUninstall": "drop"})
        | {"rutterClientSecrets": {ACME: CLIENT_SECRET}},
    ),
    (
        "apps[0].organizationId",
        "is 'acme!': it must be",
        f"{SET} --path 'apps[0].organizationId' ORGANIZATION_ID",
        with_app(organizationId="acme!", clientId=CLIENT_ID, appUrl=APP_URL)
        | {"clientSecrets": {ACME: CLIENT_SECRET}},
    ),
    (
        "apps[0].organizationId",
        "is required",
        f"{SET} --path 'apps[0].organizationId' ORGANIZATION_ID",
        {"apps": [{**having("apps[0].organizationId", MISSING)["apps"][0], "clientId": CLIENT_ID}]},
    ),
    (
        "apps[0].clientSecret",
        "is not a setting (did you mean clientSecrets?)",
        f"{SET} --secret --path 'clientSecrets.acme'\n{REMOVE} --path 'apps[0].clientSecret'",
        with_app(clientSecret=CLIENT_SECRET),
    ),
    (
        "throttle",
        "begins as JSON, and is not valid JSON",
        f"{IN_FILE} write bigcommerce:throttle anew, as YAML",
        with_setting("throttle", '{"rate"'),
    ),
    (
        "apps[0].scopes",
        "lists store_v2_orders more than once",
        f"{REMOVE} --path 'apps[0].scopes[1]'",
        with_app(scopes=["store_v2_orders", "store_v2_orders"]),
    ),
    (
        "apps[0].scopes[0]",
        "is 'store_v2_order': it is not a BigCommerce OAuth scope (did you mean store_v2_orders",
        f"{SET} --path 'apps[0].scopes[0]' store_v2_orders",
        with_app(scopes=["store_v2_order"]),
    ),
    (
        "bigcommerce.frameAncestors[0]",
        "is 'https://a.example; script-src *'",
        f"{SET} --path 'bigcommerce.frameAncestors[0]' https://*.mybigcommerce.com",
        with_setting("bigcommerce", {"frameAncestors": ["https://a.example; script-src *"]}),
    ),
    # A stack or an app without its list is told how to begin it.
    ("apps", "is required", BEGIN, {}),
    ("apps", "must not be empty", BEGIN, {"apps": []}),
    ("apps[0].scopes", "is required", BEGIN_SCOPES, having("apps[0].scopes", MISSING)),
    ("apps[0].scopes", "must not be empty", BEGIN_SCOPES, with_app(scopes=[])),
]


@pytest.mark.parametrize(("key", "what", "command", "config"), OTHER_PROBLEMS)
def test_other_problem(key: str, what: str, command: str, config: dict[str, Any]) -> None:
    (problem,) = problems(config)
    assert problem.key == key
    assert problem.what.startswith(what)
    assert problem.remedy == command


RATES = [
    f"throttle.{callback}.rate"
    for callback in ("auth", "load", "uninstall", "removeUser", "rutterWebhook")
]


@pytest.mark.parametrize(
    ("config", "key", "nearest", "remedy"),
    [
        (
            with_setting("protekt", "true"),
            "protekt",
            "protect",
            f"{SET} --path 'protect' true\n{REMOVE} --path 'protekt'",
        ),
        (
            with_setting("functions", {"memory": 1024}),
            "functions.memory",
            "memorySize",
            f"{SET} --path 'functions.memorySize' 1024\n{REMOVE} --path 'functions.memory'",
        ),
        # What is set already is not overwritten.
        (
            with_app(organization_id=GLOBEX),
            "apps[0].organization_id",
            "organizationId",
            f"{REMOVE} --path 'apps[0].organization_id'",
        ),
        # A value of more than a word stays where it is, and so does one that may be a secret.
        (
            with_setting("domain", DOMAIN_ELSEWHERE | {"zoneId": "Z1"}),
            "domain.zoneId",
            "hostedZoneId",
            f"{IN_FILE} rename domain.zoneId to hostedZoneId",
        ),
        (
            with_setting("Functions", {"memorySize": 512}),
            "Functions",
            "functions",
            f"{IN_FILE} rename Functions to functions",
        ),
        (
            with_setting("clientSecret", {"acme": 777}),
            "clientSecret",
            "clientSecrets",
            f"{IN_FILE} rename clientSecret to clientSecrets",
        ),
        (
            with_setting("clientSecret", "777"),
            "clientSecret",
            "clientSecrets",
            f"{SET} --secret --path 'clientSecrets.ORGANIZATION_ID'\n"
            f"{REMOVE} --path 'clientSecret'",
        ),
        # A name of another place.
        (
            {"apps": [ACME_APP], "rate": 5},
            "rate",
            " or ".join(RATES),
            f"{IN_FILE} move its value to {' or '.join(RATES)}",
        ),
        (with_setting("zzz", "5"), "zzz", None, f"{REMOVE} --path 'zzz'"),
    ],
)
def test_unknown_key_is_moved_to_the_one_that_was_meant(
    config: dict[str, Any], key: str, nearest: str | None, remedy: str
) -> None:
    (problem,) = problems(config)
    assert problem.key == key
    hint = f" (did you mean {nearest}?)" if nearest else ""
    assert problem.what == f"is not a setting{hint}"
    assert problem.remedy == remedy


def test_a_misspelled_namespace_keeps_its_value() -> None:
    texts = {f"{PROJECT}:apps": json.dumps([ACME_APP]), "bigcomerce:protect": "true"}
    with pytest.raises(ConfigurationError) as raised:
        read_texts(texts)
    (problem,) = raised.value.problems
    assert problem.what == "is not a setting (did you mean bigcommerce:protect?)"
    assert problem.remedy == f"{IN_FILE} rename bigcomerce:protect to bigcommerce:protect"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("apps[0].organizationId", "ORGANIZATION_ID"),
        ("apps[0].name", "NAME"),
        ("apps[0].clientId", "CLIENT_ID"),
        ("apps[0].partnerId", "PARTNER_ID"),
        ("domain.hostedZoneId", "HOSTED_ZONE_ID"),
    ],
)
def test_a_placeholder_of_a_command_is_called_one(key: str, value: str) -> None:
    found = {problem.key: problem for problem in problems(having(key, value))}
    assert found[key].what == (
        f"is '{value}': it is the placeholder of a command: put your own value in its place"
    )
    assert found[key].remedy == f"{SET} --path '{key}' {value}"


def test_secrets_in_plain_text() -> None:
    (problem,) = problems(READY, secret=False)
    assert problem.key == "clientSecrets"
    assert "plain text" in problem.what
    assert "first ask BigCommerce's developer support for another client secret: " in problem.what
    assert problem.remedy == f"{SET} --secret --path 'clientSecrets.{GLOBEX}'"


class TestMessage:
    def test_says_all_problems_at_once(self) -> None:
        assert {problem.key for problem in problems(EVERYTHING_WRONG)} == {
            "apps[0].clientId",
            "apps[0].scopes[0]",
            "apps[1].organizationId",
            "apps[1].clientId",
            "clientSecrets.nobody",
            "throttle.auth.rate",
            "protect",
        }

    def test_gives_each_problem_a_line_and_its_remedy_others(self) -> None:
        problem = Problem("protect", "is wrong", "pulumi config set A\npulumi config rm B")
        rename = Problem("the stack's name", "is long", "pulumi stack rename NEW-NAME")
        assert str(ConfigurationError("dev", [problem, rename])) == (
            "The configuration of stack dev has 2 problems; nothing was deployed.\n"
            "\n"
            "  protect is wrong.\n"
            "      pulumi config set A\n"
            "      pulumi config rm B\n"
            "\n"
            "  the stack's name is long.\n"
            "      pulumi stack rename NEW-NAME"
        )
        assert " has 1 problem; " in str(ConfigurationError("dev", [problem]))

    @pytest.mark.parametrize(
        "config",
        [
            EVERYTHING_WRONG,
            *(case[-1] for case in OTHER_PROBLEMS),
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
