"""Settings: every rule, and what is said when one is broken."""

import json
import re
from itertools import combinations
from typing import Any

import pytest

from components.configuration_errors import ConfigurationError, Problem
from components.settings import LOG_RETENTION_DAYS
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


def with_app(**changes: Any) -> dict[str, Any]:
    """A stack with one app, which has these values instead."""
    return {"apps": [ACME_APP | changes]}


def without(key: str) -> dict[str, Any]:
    """A stack with one app, which lacks a key."""
    return {"apps": [{name: value for name, value in ACME_APP.items() if name != key}]}


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


class TestGoodConfiguration:
    def test_defaults(self) -> None:
        settings = read({"apps": [ACME_APP]})
        (app,) = settings.apps
        assert (app.organization_id, app.name) == (ACME, "Acme & Sons")
        assert app.scopes == ("store_v2_products_read_only", "store_v2_orders")
        assert app.multiple_users is True
        assert (app.partner_id, app.client_id, app.support_url) == (None, None, None)
        assert settings.client_secrets.get(app.organization_id) is None
        assert settings.protect is True
        assert settings.domain is None

    def test_every_setting(self) -> None:
        settings = read(CUSTOMIZED)
        (app,) = settings.apps
        assert (app.partner_id, app.client_id) == ("4711", CLIENT_ID)
        assert app.multiple_users is False
        assert app.support_url == "https://support.example.com/globex"
        secret = settings.client_secrets.get(app.organization_id)
        assert secret is not None
        assert secret.get_secret_value() == CLIENT_SECRET
        assert (settings.throttle.rate, settings.throttle.burst) == (7.5, 9)
        assert (settings.log_retention_days, settings.uninstalled_retention_days) == (90, 5)
        assert settings.protect is False
        assert settings.functions.memory_size == 1024
        assert settings.functions.tracing is True
        assert settings.functions.reserved_concurrency == 3
        assert settings.domain is not None
        assert settings.domain.name == "apps.example.com"
        assert settings.bigcommerce.login_url == "https://login.example.com"

    def test_top_level_values_come_as_text(self) -> None:
        config = {"protect": "false", "logRetentionDays": "14", "uninstalledRetentionDays": "7"}
        settings = read({"apps": json.dumps([ACME_APP])} | config)
        assert settings.protect is False
        assert settings.log_retention_days == 14
        assert settings.uninstalled_retention_days == 7

    def test_numbers_the_cli_stored_for_texts(self) -> None:
        numbers = {"organizationId": 12345, "name": 7, "partnerId": 4711, "clientId": 99}
        config = with_app(**numbers) | {"clientSecrets": {"12345": 777}}
        settings = read(config)
        (app,) = settings.apps
        assert (app.organization_id, app.name, app.partner_id, app.client_id) == (
            "12345",
            "7",
            "4711",
            "99",
        )
        secret = settings.client_secrets.get(app.organization_id)
        assert secret is not None
        assert secret.get_secret_value() == "777"

    def test_other_namespaces_are_others_business(self) -> None:
        texts = {f"{PROJECT}:apps": json.dumps([ACME_APP]), "aws:region": "us-east-1"}
        assert len(read_texts(texts, stack="dev", secret_keys=[]).apps) == 1

    def test_empty_domain_is_none(self) -> None:
        assert read(with_setting("domain", {})).domain is None

    def test_spaces_around_a_name_are_left_out(self) -> None:
        assert read(with_app(name="  Acme  ")).apps[0].name == "Acme"

    @pytest.mark.parametrize("organization_id", ["a", "A-b_9", "x" * 64, GLOBEX])
    def test_organization_ids(self, organization_id: str) -> None:
        settings = read(with_app(organizationId=organization_id))
        assert settings.apps[0].organization_id == organization_id

    @pytest.mark.parametrize("support_url", ["https://example.com/a?b=c", "mailto:a@example.com"])
    def test_support_urls(self, support_url: str) -> None:
        assert read(with_app(supportUrl=support_url)).apps[0].support_url == support_url

    @pytest.mark.parametrize(
        "base_url", ["https://apps.example.com", "http://abc.execute-api.localhost:4566"]
    )
    def test_registered_base_urls(self, base_url: str) -> None:
        (app,) = read(with_app(registeredBaseUrl=base_url)).apps
        assert app.registered_base_url == base_url

    @pytest.mark.parametrize("days", LOG_RETENTION_DAYS)
    def test_log_retention_of_every_length_that_aws_takes(self, days: int) -> None:
        assert read(with_setting("logRetentionDays", str(days))).log_retention_days == days

    @pytest.mark.parametrize("scope", OAUTH_SCOPES)
    def test_every_scope_of_the_table(self, scope: str) -> None:
        assert read(with_app(scopes=[scope])).apps[0].scopes == (scope,)

    def test_a_thousand_apps(self) -> None:
        apps = [ACME_APP | {"organizationId": f"o{index}"} for index in range(1000)]
        assert len(read({"apps": apps}).apps) == 1000

    def test_client_secret_is_not_shown_by_its_settings(self) -> None:
        assert CLIENT_SECRET not in repr(read(READY))
        assert CLIENT_SECRET not in str(read(READY))


ARN = "arn:aws:acm:REGION:ACCOUNT:certificate/ID"
SUPPORT_URL = "https://www.example.com/support"
LOGIN_URL = "https://login.bigcommerce.com"
DOMAIN = {"name": "apps.example.com", "certificateArn": CUSTOMIZED["domain"]["certificateArn"]}

# Configuration, the only wrong key, words of what is said, and the value of the `set` command.
WRONG_VALUES = {
    "no organization id": (
        without("organizationId"),
        "apps[0].organizationId",
        "is required",
        "ORGANIZATION_ID",
    ),
    "no name": (without("name"), "apps[0].name", "is required", "NAME"),
    "organization id with a slash": (
        with_app(organizationId="a/b"),
        "apps[0].organizationId",
        "is 'a/b'",
        "ORGANIZATION_ID",
    ),
    "organization id with a line break": (
        with_app(organizationId="ab\n"),
        "apps[0].organizationId",
        r"is 'ab\n'",
        "ORGANIZATION_ID",
    ),
    "organization id that is too long": (
        with_app(organizationId="x" * 65),
        "apps[0].organizationId",
        f"is '{'x' * 65}'",
        "ORGANIZATION_ID",
    ),
    "blank name": (with_app(name="  "), "apps[0].name", "must not be empty", "NAME"),
    "long name": (with_app(name="x" * 101), "apps[0].name", "at most 100 characters", "NAME"),
    "name that is a truth value": (
        with_app(name=True),
        "apps[0].name",
        "should be a valid string",
        "NAME",
    ),
    "partner id": (with_app(partnerId="4 7"), "apps[0].partnerId", "is '4 7'", "PARTNER_ID"),
    "multiple users": (
        with_app(multipleUsers="maybe"),
        "apps[0].multipleUsers",
        "is 'maybe': it should be a valid boolean",
        "true",
    ),
    "registered base url with a slash": (
        with_app(registeredBaseUrl="https://apps.example.com/"),
        "apps[0].registeredBaseUrl",
        "is 'https://apps.example.com/'",
        "https://apps.example.com",
    ),
    "support url that is a script": (
        with_app(supportUrl="javascript:alert(1)"),
        "apps[0].supportUrl",
        "is 'javascript:alert(1)'",
        SUPPORT_URL,
    ),
    "support url with a quote": (
        with_app(supportUrl='https://example.com/"onload='),
        "apps[0].supportUrl",
        "is 'https://example.com/\"onload='",
        SUPPORT_URL,
    ),
    "scope that looks like none": (
        with_app(scopes=["store_v2_orders", "zzz"]),
        "apps[0].scopes[1]",
        "is 'zzz': it is not a BigCommerce OAuth scope",
        "SCOPE",
    ),
    "same id twice": (
        {"apps": [ACME_APP, ACME_APP]},
        "apps[1].organizationId",
        "is 'acme', which another app has",
        "ORGANIZATION_ID",
    ),
    "secret without client id": (
        AWAITING | {"clientSecrets": {GLOBEX: CLIENT_SECRET}},
        "apps[0].clientId",
        "is missing: the app has a client secret, and needs its client ID",
        "CLIENT_ID",
    ),
    "rate of nothing": (
        with_setting("throttle", {"rate": 0}),
        "throttle.rate",
        "is 0: it should be greater than 0",
        "50",
    ),
    "rate above AWS's": (
        with_setting("throttle", {"rate": 10_001}),
        "throttle.rate",
        "is 10001: it should be less than or equal to 10000",
        "50",
    ),
    "burst of nothing": (
        with_setting("throttle", {"burst": 0}),
        "throttle.burst",
        "is 0: it should be greater than 0",
        "100",
    ),
    "burst above AWS's": (
        with_setting("throttle", {"burst": 5_001}),
        "throttle.burst",
        "is 5001: it should be less than or equal to 5000",
        "100",
    ),
    "log retention that AWS does not take": (
        with_setting("logRetentionDays", "31"),
        "logRetentionDays",
        "is '31': it should be one of 1, 3, 5, 7, 14, 30, 60, 90,",
        "30",
    ),
    "log retention in words": (
        with_setting("logRetentionDays", "a month"),
        "logRetentionDays",
        "is 'a month': it should be a valid integer",
        "30",
    ),
    "marker gone before payloads expire": (
        with_setting("uninstalledRetentionDays", "1"),
        "uninstalledRetentionDays",
        "is '1': it should be greater than or equal to 2",
        "30",
    ),
    "marker kept too long": (
        with_setting("uninstalledRetentionDays", "3651"),
        "uninstalledRetentionDays",
        "is '3651': it should be less than or equal to 3650",
        "30",
    ),
    "protect": (
        with_setting("protect", "maybe"),
        "protect",
        "is 'maybe': it should be a valid boolean",
        "true",
    ),
    "little memory": (
        with_setting("functions", {"memorySize": 64}),
        "functions.memorySize",
        "is 64: it should be greater than or equal to 128",
        "512",
    ),
    "much memory": (
        with_setting("functions", {"memorySize": 10_241}),
        "functions.memorySize",
        "is 10241: it should be less than or equal to 10240",
        "512",
    ),
    "tracing": (
        with_setting("functions", {"tracing": "maybe"}),
        "functions.tracing",
        "is 'maybe': it should be a valid boolean",
        "false",
    ),
    "no concurrency": (
        with_setting("functions", {"reservedConcurrency": 0}),
        "functions.reservedConcurrency",
        "is 0: it should be greater than or equal to 1",
        "10",
    ),
    "domain's name": (
        with_setting("domain", DOMAIN | {"name": "https://apps.example.com"}),
        "domain.name",
        "is 'https://apps.example.com'",
        "NAME",
    ),
    "domain without certificate": (
        with_setting("domain", {"name": "apps.example.com"}),
        "domain.certificateArn",
        "is required",
        ARN,
    ),
    "certificate": (
        with_setting("domain", DOMAIN | {"certificateArn": "5d1c"}),
        "domain.certificateArn",
        "is '5d1c'",
        ARN,
    ),
    "hosted zone": (
        with_setting("domain", DOMAIN | {"hostedZoneId": "example.com"}),
        "domain.hostedZoneId",
        "is 'example.com'",
        "HOSTED_ZONE_ID",
    ),
    "login url without TLS": (
        with_setting("bigcommerce", {"loginUrl": "http://login.example.com"}),
        "bigcommerce.loginUrl",
        "is 'http://login.example.com'",
        LOGIN_URL,
    ),
    "login url with a path": (
        with_setting("bigcommerce", {"loginUrl": "https://login.example.com/oauth2"}),
        "bigcommerce.loginUrl",
        "is 'https://login.example.com/oauth2'",
        LOGIN_URL,
    ),
    "frame ancestor with another directive": (
        with_setting("bigcommerce", {"frameAncestors": ["https://a.example; script-src *"]}),
        "bigcommerce.frameAncestors[0]",
        "is 'https://a.example; script-src *'",
        "FRAME_ANCESTORS",
    ),
}


@pytest.mark.parametrize(
    ("config", "key", "words", "value"), WRONG_VALUES.values(), ids=WRONG_VALUES
)
def test_wrong_value(config: dict[str, Any], key: str, words: str, value: str) -> None:
    (problem,) = problems(config)
    assert problem.key == key
    assert words in problem.what
    assert problem.command == f"pulumi config set --stack dev --path '{key}' {value}"


# Configuration, the only wrong key, what is said of it, and the command that fixes it.
OTHER_PROBLEMS = {
    "client id without secret": (
        with_app(clientId=CLIENT_ID),
        "clientSecrets.acme",
        "is missing: apps[0] has clientId, and needs its client secret",
        "pulumi config set --stack dev --secret --path 'clientSecrets.acme'",
    ),
    "empty secret": (
        with_app(clientId=CLIENT_ID) | {"clientSecrets": {ACME: ""}},
        "clientSecrets.acme",
        "is missing: apps[0] has clientId, and needs its client secret",
        "pulumi config set --stack dev --secret --path 'clientSecrets.acme'",
    ),
    "secret for a near organization": (
        {"apps": [ACME_APP], "clientSecrets": {"amce": CLIENT_SECRET}},
        "clientSecrets.amce",
        "is for an organization id that no app has (did you mean acme?)",
        "pulumi config rm --stack dev --path 'clientSecrets.amce'",
    ),
    "secret for an unknown organization": (
        {"apps": [ACME_APP], "clientSecrets": {"zzz": CLIENT_SECRET}},
        "clientSecrets.zzz",
        "is for an organization id that no app has",
        "pulumi config rm --stack dev --path 'clientSecrets.zzz'",
    ),
    "secrets that are one text": (
        {"apps": [ACME_APP], "clientSecrets": CLIENT_SECRET},
        "clientSecrets",
        "must be a map of organization id to secret",
        "pulumi config rm --stack dev --path 'clientSecrets'",
    ),
    "secret that is a map": (
        READY | {"clientSecrets": {GLOBEX: {"value": CLIENT_SECRET}}},
        f"clientSecrets.{GLOBEX}",
        "must be text",
        f"pulumi config set --stack dev --secret --path 'clientSecrets.{GLOBEX}'",
    ),
    "client secret with a line end": (
        READY | {"clientSecrets": {GLOBEX: f"{CLIENT_SECRET}\n"}},
        f"clientSecrets.{GLOBEX}",
        "must be one word: no spaces or line ends",
        f"pulumi config set --stack dev --secret --path 'clientSecrets.{GLOBEX}'",
    ),
    "two apps with one client id": (
        READY
        | {
            "apps": [REGISTERED_GLOBEX_APP, ACME_APP | {"clientId": CLIENT_ID}],
            "clientSecrets": CLIENT_SECRETS | {ACME: CLIENT_SECRET},
        },
        "apps[1].clientId",
        f"is '{CLIENT_ID}', which another app has",
        "pulumi config set --stack dev --path 'apps[1].clientId' CLIENT_ID",
    ),
    "app URL without handoff key": (
        with_app(appUrl=APP_URL),
        "handoffKeys.acme",
        "is missing: apps[0] has appUrl, and needs its handoff key",
        "pulumi config set --stack dev --secret --path 'handoffKeys.acme'",
    ),
    "handoff key without app URL": (
        {"apps": [ACME_APP], "handoffKeys": {ACME: HANDOFF_KEY}},
        "apps[0].appUrl",
        "is missing: the app has a handoff key, and needs the URL it hands over to",
        "pulumi config set --stack dev --path 'apps[0].appUrl' https://app.example.com",
    ),
    "handoff key that is short": (
        with_app(appUrl=APP_URL) | {"handoffKeys": {ACME: HANDOFF_KEY[:31]}},
        "handoffKeys.acme",
        "must have at least 32 characters",
        "pulumi config set --stack dev --secret --path 'handoffKeys.acme'",
    ),
    "secret in the wrong place": (
        with_app(clientSecret=CLIENT_SECRET),
        "apps[0].clientSecret",
        "is not a setting",
        "pulumi config rm --stack dev --path 'apps[0].clientSecret'",
    ),
    "text that is no JSON": (
        with_setting("throttle", '{"rate"'),
        "throttle",
        "is not valid JSON",
        "pulumi config rm --stack dev --path 'throttle'",
    ),
}


@pytest.mark.parametrize(
    ("config", "key", "what", "command"), OTHER_PROBLEMS.values(), ids=OTHER_PROBLEMS
)
def test_other_problem(config: dict[str, Any], key: str, what: str, command: str) -> None:
    (problem,) = problems(config)
    assert problem.key == key
    assert problem.what.startswith(what)
    assert problem.command == command


@pytest.mark.parametrize("config", [{}, {"apps": []}])
def test_stack_without_apps_is_told_how_to_begin(config: dict[str, Any]) -> None:
    (problem,) = problems(config)
    assert problem.key == "apps"
    assert problem.what in {"is required", "must not be empty"}
    assert problem.command == (
        "pulumi config set --stack dev --path 'apps[0].organizationId' ORGANIZATION_ID"
    )


@pytest.mark.parametrize("config", [without("scopes"), with_app(scopes=[])])
def test_app_without_scopes_is_told_how_to_begin(config: dict[str, Any]) -> None:
    (problem,) = problems(config)
    assert problem.key == "apps[0].scopes"
    assert problem.what in {"is required", "must not be empty"}
    assert problem.command == "pulumi config set --stack dev --path 'apps[0].scopes[0]' SCOPE"


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ({"apps": "acme"}, "apps"),
        ({"apps": {"organizationId": ACME}}, "apps"),
        ({"apps": ["acme"]}, "apps[0]"),
        (with_app(scopes="store_v2_orders"), "apps[0].scopes"),
        (with_setting("throttle", "fast"), "throttle"),
        (with_setting("functions", "[]"), "functions"),
        (with_setting("domain", "apps.example.com"), "domain"),
    ],
)
def test_wrong_shape_is_said_in_the_words_of_configuration(
    config: dict[str, Any], key: str
) -> None:
    (problem,) = problems(config)
    assert problem.key == key
    assert not re.search(r"(?i)tuple|dictionary|instance|validation|^Value", problem.what)
    # Setting a list or a map to one word would only make the next mistake.
    assert not re.fullmatch(
        rf"pulumi config set --stack dev --path '{re.escape(key)}' \w+", problem.command
    )


def test_scope_with_a_typo_is_answered_with_the_nearest_names() -> None:
    (problem,) = problems(with_app(scopes=["store_v2_order"]))
    assert problem.key == "apps[0].scopes[0]"
    assert "is 'store_v2_order': it is not a BigCommerce OAuth scope" in problem.what
    assert "did you mean store_v2_orders or " in problem.what
    assert (
        problem.command
        == "pulumi config set --stack dev --path 'apps[0].scopes[0]' store_v2_orders"
    )


@pytest.mark.parametrize(
    ("config", "key", "nearest"),
    [
        (with_setting("protekt", "true"), "protekt", "protect"),
        (with_app(organization_id=ACME), "apps[0].organization_id", "organizationId"),
        (with_setting("throttle", {"rat": 5}), "throttle.rat", "rate"),
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
    assert problem.command == f"pulumi config rm --stack dev --path '{key}'"


def test_scope_twice() -> None:
    (problem,) = problems(with_app(scopes=["store_v2_orders", "store_v2_orders"]))
    assert problem.key == "apps[0].scopes"
    assert problem.what == "lists store_v2_orders more than once"
    assert problem.command == "pulumi config rm --stack dev --path 'apps[0].scopes[1]'"


@pytest.mark.parametrize("scopes", same_row(), ids=lambda scope: scope)
def test_two_permissions_of_one_row_of_the_portal(scopes: tuple[str, str]) -> None:
    (problem,) = problems(with_app(scopes=list(scopes)))
    assert problem.key == "apps[0].scopes"
    assert scopes[0] in problem.what
    assert scopes[1] in problem.what
    assert problem.command == "pulumi config rm --stack dev --path 'apps[0].scopes[1]'"


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
    assert (
        problem.command == f"pulumi config set --stack dev --secret --path 'clientSecrets.{GLOBEX}'"
    )


def test_wrong_app_is_not_called_a_missing_one() -> None:
    """What is wrong inside an app must not lead anyone to overwrite the list of apps."""
    config = {"apps": [GLOBEX_APP | {"name": ""}]}
    assert [problem.key for problem in problems(config)] == ["apps[0].name"]


EVERYTHING_WRONG: dict[str, Any] = {
    "apps": [
        GLOBEX_APP | {"clientId": "not an id", "scopes": ["store_v2_ordres"]},
        {"organizationId": GLOBEX, "name": "Again", "scopes": ["store_v2_orders"]},
        ACME_APP,
    ],
    "clientSecrets": {GLOBEX: CLIENT_SECRET, "nobody": CLIENT_SECRET},
    "throttle": {"rate": -1},
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
            "throttle.rate",
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

    def test_counts_one_problem(self) -> None:
        problem = Problem("apps", "is wrong", "pulumi config rm --stack dev --path 'apps'")
        message = str(ConfigurationError("dev", [problem]))
        assert message.startswith("The configuration of stack dev has 1 problem; ")
        assert message.endswith("      pulumi config rm --stack dev --path 'apps'")

    @pytest.mark.parametrize(
        "config",
        [
            EVERYTHING_WRONG,
            *(case[0] for case in OTHER_PROBLEMS.values()),
            {"apps": [ACME_APP], "clientSecrets": [CLIENT_SECRET]},
            {"apps": [ACME_APP], "clientSecrets": '{"acme": ' + CLIENT_SECRET},
            {"apps": [ACME_APP], "clientSecrets": {"zzz": [CLIENT_SECRET]}},
            {"apps": [ACME_APP], "clientSecret": CLIENT_SECRET},
        ],
    )
    def test_never_shows_a_secret(self, config: dict[str, Any]) -> None:
        with pytest.raises(ConfigurationError) as raised:
            read(config, secret=False)
        assert CLIENT_SECRET not in str(raised.value)
        assert CLIENT_SECRET not in repr(raised.value.problems)

    @pytest.mark.parametrize("config", [EVERYTHING_WRONG, with_app(scopes=["store_v2_order"])])
    def test_ends_each_sentence_once(self, config: dict[str, Any]) -> None:
        with pytest.raises(ConfigurationError) as raised:
            read(config)
        assert "?." not in str(raised.value)


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
