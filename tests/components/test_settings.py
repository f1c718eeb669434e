"""Settings: every rule, and what is said when one is broken."""

import copy
import json
import re
from itertools import combinations
from typing import Any

import pytest

from components.configuration_errors import ConfigurationError, Problem
from components.settings import LOG_RETENTION_DAYS, Settings
from registration.portal.oauth_scopes import OAUTH_SCOPES
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
    CUSTOMIZED,
    GLOBEX,
    GLOBEX_APP,
    HANDOFF_KEY,
    READY,
    REGISTERED_GLOBEX_APP,
    TWO_APPS,
)

MISSING = object()
DOMAIN = {"name": "apps.example.com", "certificateArn": CUSTOMIZED["domain"]["certificateArn"]}


def having(key: str, value: Any) -> dict[str, Any]:
    """A stack with one app and a domain, where a key's path leads to this value."""
    config: Any = {"apps": [copy.deepcopy(ACME_APP)], "domain": dict(DOMAIN)}
    *path, last = [int(part) if part.isdigit() else part for part in re.findall(r"\w+", key)]
    place = config
    for part in path:
        place = place[part] if isinstance(place, list) else place.setdefault(part, {})
    if value is MISSING:
        del place[last]
    else:
        place[last] = value
    return dict(config)


def with_app(**changes: Any) -> dict[str, Any]:
    """A stack with one app, which has these values instead."""
    return {"apps": [ACME_APP | changes]}


def with_setting(key: str, value: Any) -> dict[str, Any]:
    """A valid stack with one more setting."""
    return {"apps": [ACME_APP], key: value}


def same_row() -> list[tuple[str, str]]:
    """Every two scopes that are permissions of one row of the portal's Scopes tab."""
    return [
        (one.parameter, other.parameter)
        for one, other in combinations(OAUTH_SCOPES.values(), 2)
        if (one.group, one.name) == (other.group, other.name)
    ]


def in_json(settings: Settings, key: str) -> Any:
    """The value that a key's path leads to, as JSON has it."""
    value = json.loads(settings.model_dump_json(by_alias=True))
    for part in re.findall(r"\w+", key):
        value = value[int(part) if part.isdigit() else part]
    return value


class TestGoodConfiguration:
    @pytest.mark.parametrize(
        ("key", "given", "read_as"),
        [
            *[("apps[0].organizationId", id_, id_) for id_ in ("a", "A-b_9", "x" * 64, GLOBEX)],
            ("apps[0].name", "  Acme  ", "Acme"),
            ("apps[0].name", "x" * 100, "x" * 100),
            *[
                ("apps[0].supportUrl", url, url)
                for url in ("https://example.com/a?b=c", "mailto:a@example.com")
            ],
            *[
                ("apps[0].registeredBaseUrl", url, url)
                for url in ("https://apps.example.com", "http://abc.execute-api.localhost:4566")
            ],
            # Top-level values come as texts.
            ("protect", "false", False),
            ("uninstalledRetentionDays", "7", 7),
            *[("logRetentionDays", str(days), days) for days in LOG_RETENTION_DAYS],
            # What looks like a number the CLI has stored as one.
            ("apps[0].organizationId", 12345, "12345"),
            ("apps[0].name", 7, "7"),
            ("apps[0].partnerId", 4711, "4711"),
            ("domain", {}, None),
            ("apps[0].rutter", {}, None),
        ],
    )
    def test_good_value(self, key: str, given: Any, read_as: Any) -> None:
        assert in_json(read(having(key, given)), key) == read_as

    def test_numbers_that_the_cli_stored_for_a_client_id_and_its_secret(self) -> None:
        settings = read(with_app(clientId=99) | {"clientSecrets": {ACME: 777}})
        assert settings.apps[0].client_id == "99"
        assert settings.client_secrets[ACME].get_secret_value() == "777"

    def test_other_namespaces_are_others_business(self) -> None:
        texts = {f"{PROJECT}:apps": json.dumps([ACME_APP]), "aws:region": "us-east-1"}
        assert len(read_texts(texts, stack="dev", secret_keys=[]).apps) == 1

    @pytest.mark.parametrize("scope", OAUTH_SCOPES)
    def test_every_scope_of_the_table(self, scope: str) -> None:
        assert read(with_app(scopes=[scope])).apps[0].scopes == (scope,)

    def test_a_thousand_apps(self) -> None:
        apps = [ACME_APP | {"organizationId": f"o{index}"} for index in range(1000)]
        assert len(read({"apps": apps}).apps) == 1000

    def test_client_secret_is_not_shown_by_its_settings(self) -> None:
        assert CLIENT_SECRET not in repr(read(READY))
        assert CLIENT_SECRET not in str(read(READY))


BOUNDARY_EXAMPLE = "arn:aws:iam::ACCOUNT:policy/NAME"
ARN = "arn:aws:acm:REGION:ACCOUNT:certificate/ID"
LOGIN_URL = "https://login.bigcommerce.com"
NOT_BOOLEAN = "is 'maybe': it should be a valid boolean"


@pytest.mark.parametrize(
    ("key", "value", "words", "set_to"),
    [
        ("apps[0].organizationId", MISSING, "is required", "ORGANIZATION_ID"),
        ("apps[0].organizationId", "a/b", "is 'a/b'", "ORGANIZATION_ID"),
        ("apps[0].organizationId", "ab\n", r"is 'ab\n'", "ORGANIZATION_ID"),
        ("apps[0].organizationId", "x" * 65, f"is '{'x' * 65}'", "ORGANIZATION_ID"),
        ("apps[0].name", MISSING, "is required", "NAME"),
        ("apps[0].name", "  ", "must not be empty", "NAME"),
        ("apps[0].name", "x" * 101, "at most 100 characters", "NAME"),
        ("apps[0].name", True, "should be a valid string", "NAME"),
        ("apps[0].partnerId", "4 7", "is '4 7'", "PARTNER_ID"),
        ("apps[0].multipleUsers", "maybe", NOT_BOOLEAN, "true"),
        ("apps[0].registeredBaseUrl", "https://a.com/", "is 'http", "https://apps.example.com"),
        ("apps[0].supportUrl", "javascript:a()", "is 'java", "https://www.example.com/support"),
        ("apps[0].supportUrl", 'https://a.com/"', "is 'htt", "https://www.example.com/support"),
        ("apps[0].scopes[1]", "zzz", "is 'zzz': it is not a BigCommerce OAuth scope", "SCOPE"),
        ("throttle.auth.rate", 0, "is 0: it should be greater than 0", "50"),
        ("throttle.load.rate", 10_001, "is 10001: it should be less than or equal to 10000", "50"),
        ("throttle.uninstall.burst", 0, "is 0: it should be greater than 0", "100"),
        ("throttle.removeUser.burst", 5_001, "should be less than or equal to 5000", "100"),
        ("logRetentionDays", "31", "is '31': it should be one of 1, 3, 5, 7, 14, 30,", "30"),
        ("logRetentionDays", "a month", "is 'a month': it should be a valid integer", "30"),
        # A marker must outlive the payloads of its store.
        ("uninstalledRetentionDays", "1", "is '1': it should be greater than or equal to 2", "30"),
        ("uninstalledRetentionDays", "3651", "should be less than or equal to 3650", "30"),
        ("protect", "maybe", NOT_BOOLEAN, "true"),
        ("permissionsBoundaryArn", "boundary", "is 'boundary'", BOUNDARY_EXAMPLE),
        ("functions.memorySize", 127, "is 127: it should be greater than or equal to 128", "512"),
        ("functions.memorySize", 10_241, "should be less than or equal to 10240", "512"),
        ("functions.tracing", "maybe", NOT_BOOLEAN, "false"),
        ("functions.reservedConcurrency.auth", 0, "should be greater than or equal to 1", "10"),
        ("domain.name", "https://apps.example.com", "is 'https://apps.example.com'", "NAME"),
        ("domain.certificateArn", MISSING, "is required", ARN),
        ("domain.certificateArn", "5d1c", "is '5d1c'", ARN),
        ("domain.hostedZoneId", "example.com", "is 'example.com'", "HOSTED_ZONE_ID"),
        ("bigcommerce.loginUrl", "http://login.example.com", "is 'http://", LOGIN_URL),
        ("bigcommerce.loginUrl", "https://login.example.com/oauth2", "is 'https://", LOGIN_URL),
    ],
)
def test_wrong_value(key: str, value: Any, words: str, set_to: str) -> None:
    (problem,) = problems(having(key, value))
    assert problem.key == key
    assert words in problem.what
    assert problem.command == f"pulumi config set --stack dev --path '{key}' {set_to}"


SET, REMOVE = "pulumi config set --stack dev", "pulumi config rm --stack dev"
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
        f"{REMOVE} --path 'clientSecrets.amce'",
        with_setting("clientSecrets", {"amce": CLIENT_SECRET}),
    ),
    (
        "clientSecrets",
        "must be a map of organization id to secret",
        f"{REMOVE} --path 'clientSecrets'",
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
        "is 'drop': it should be 'keep' or 'delete'",
        f"{SET} --path 'apps[0].rutter.onUninstall' keep",
        with_app(rutter={"clientId": "a", "onUninstall": "drop"})
        | {"rutterClientSecrets": {ACME: CLIENT_SECRET}},
    ),
    (
        "apps[0].clientSecret",
        "is not a setting",
        f"{REMOVE} --path 'apps[0].clientSecret'",
        with_app(clientSecret=CLIENT_SECRET),
    ),
    (
        "throttle",
        "is not valid JSON",
        f"{REMOVE} --path 'throttle'",
        with_setting("throttle", '{"rate"'),
    ),
    (
        "apps[0].scopes",
        "lists store_v2_orders more than once",
        f"{REMOVE} --path 'apps[0].scopes[1]'",
        with_app(scopes=["store_v2_orders", "store_v2_orders"]),
    ),
    (
        "bigcommerce.frameAncestors[0]",
        "is 'https://a.example; script-src *'",
        f"{SET} --path 'bigcommerce.frameAncestors[0]' FRAME_ANCESTORS",
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
    assert problem.command == command


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ({"apps": "acme"}, "apps"),
        ({"apps": {"organizationId": ACME}}, "apps"),
        ({"apps": ["acme"]}, "apps[0]"),
        (with_app(scopes="store_v2_orders"), "apps[0].scopes"),
        (with_setting("throttle", "fast"), "throttle"),
        (with_setting("functions", "[]"), "functions"),
    ],
)
def test_wrong_shape_is_said_in_the_words_of_configuration(
    config: dict[str, Any], key: str
) -> None:
    (problem,) = problems(config)
    assert problem.key == key
    assert not re.search(r"(?i)tuple|dictionary|instance|validation|^Value", problem.what)
    # Setting a list or a map to one word would only make the next mistake.
    assert not re.fullmatch(rf"{SET} --path '{re.escape(key)}' \w+", problem.command)


def test_scope_with_a_typo_is_answered_with_the_nearest_names() -> None:
    (problem,) = problems(with_app(scopes=["store_v2_order"]))
    assert problem.key == "apps[0].scopes[0]"
    assert "is 'store_v2_order': it is not a BigCommerce OAuth scope" in problem.what
    assert "did you mean store_v2_orders or " in problem.what
    assert problem.command == f"{SET} --path 'apps[0].scopes[0]' store_v2_orders"


@pytest.mark.parametrize(
    ("config", "key", "nearest"),
    [
        (with_setting("protekt", "true"), "protekt", "protect"),
        (with_app(organization_id=ACME), "apps[0].organization_id", "organizationId"),
        (with_setting("functions", {"memory": 512}), "functions.memory", "memorySize"),
        (with_setting("domain", DOMAIN | {"zoneId": "Z1"}), "domain.zoneId", "hostedZoneId"),
    ],
)
def test_unknown_key_is_answered_with_the_nearest_name(
    config: dict[str, Any], key: str, nearest: str
) -> None:
    (problem,) = problems(config)
    assert problem.key == key
    assert problem.what.startswith("is not a setting")
    assert f"did you mean {nearest}" in problem.what
    assert problem.command == f"{REMOVE} --path '{key}'"


@pytest.mark.parametrize("scopes", same_row(), ids=lambda scope: scope)
def test_two_permissions_of_one_row_of_the_portal(scopes: tuple[str, str]) -> None:
    (problem,) = problems(with_app(scopes=list(scopes)))
    assert problem.key == "apps[0].scopes"
    assert scopes[0] in problem.what
    assert scopes[1] in problem.what
    assert problem.command == f"{REMOVE} --path 'apps[0].scopes[1]'"


@pytest.mark.parametrize("stack", ["s" * 41, "a.b"])
def test_stack_whose_name_cannot_start_names_of_aws(stack: str) -> None:
    (problem,) = problems(AWAITING, stack=stack)
    assert problem.key == "the stack's name"
    assert problem.what.startswith("must be 1 to 40 letters, digits, - or _")
    assert problem.command == f"pulumi stack rename --stack {stack} NEW-NAME"


def test_secrets_in_plain_text() -> None:
    (problem,) = problems(READY, secret=False)
    assert problem.key == "clientSecrets"
    assert "plain text" in problem.what
    assert problem.command == f"{SET} --secret --path 'clientSecrets.{GLOBEX}'"


EVERYTHING_WRONG: dict[str, Any] = {
    "apps": [
        GLOBEX_APP | {"clientId": "not an id", "scopes": ["store_v2_ordres"]},
        {"organizationId": GLOBEX, "name": "Again", "scopes": ["store_v2_orders"]},
        ACME_APP,
    ],
    "clientSecrets": {GLOBEX: CLIENT_SECRET, "nobody": CLIENT_SECRET},
    "throttle": {"auth": {"rate": -1}},
    "protect": "maybe",
}


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

    def test_gives_each_problem_a_line_and_its_command_another(self) -> None:
        problem = Problem(
            "protect", "is wrong", "pulumi config set --stack dev --path 'protect' true"
        )
        rename = Problem("the stack's name", "is long", "pulumi stack rename NEW-NAME")
        assert str(ConfigurationError("dev", [problem, rename])) == (
            "The configuration of stack dev has 2 problems; nothing was deployed.\n"
            "\n"
            "  protect is wrong.\n"
            "      pulumi config set --stack dev --path 'protect' true\n"
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


def test_wrong_configuration_registers_nothing_and_shows_no_traceback(record: Recorder) -> None:
    recording = record(EVERYTHING_WRONG)
    assert recording.resources == []
    assert recording.outputs == {}
    assert recording.error is not None
    assert recording.error.startswith("The configuration of stack test has ")
    assert "Traceback" not in recording.error
    assert CLIENT_SECRET not in recording.error


def test_good_configuration_has_no_error(record: Recorder) -> None:
    assert record(TWO_APPS).error is None
