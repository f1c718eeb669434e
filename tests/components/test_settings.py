"""Settings: the rules of values, and the warnings."""

import json
import re
from typing import Any

import pytest

from components.settings.checks import SAMPLE_ORGANIZATION_ID
from components.settings.model import Settings
from components.settings.problems import ConfigurationError
from components.settings.stack import PLACEHOLDER_ACCOUNT
from local.engine.program import Program
from tests.components.reading import problems, read, read_texts
from tests.components.recordings import PROJECT, ROOT, Recorder, configuration
from tests.components.stacks import (
    ACME,
    ACME_APP,
    CLIENT_SECRET,
    DOMAIN_ELSEWHERE,
    EVERYTHING_WRONG,
    GLOBEX,
    GLOBEX_APP,
    HANDOFF_KEY,
    READY,
    having,
    with_app,
)


def in_json(settings: Settings, key: str) -> Any:
    value = json.loads(settings.model_dump_json(by_alias=True))
    for part in re.findall(r"\w+", key):
        value = value[int(part) if part.isdigit() else part]
    return value


@pytest.mark.parametrize(
    ("key", "given", "read_as"),
    [
        *[("apps[0].organizationId", id_, id_) for id_ in ("a", "A-b_9", "x" * 64, GLOBEX)],
        ("apps[0].name", "  Acme  ", "Acme"),
        *[
            ("apps[0].supportUrl", url, url)
            for url in ("https://example.com/a?b=c", "mailto:a@example.com")
        ],
        *[
            ("bigcommerce.frameAncestors[0]", origin, origin)
            for origin in (
                "https://*.example.com",
                "http://localhost:4567",
                "https://a.com:8443",
            )
        ],
        *[
            ("apps[0].registeredBaseUrl", url, url)
            for url in ("https://apps.example.com", "http://abc.execute-api.localhost:4566")
        ],
        # The CLI passes top-level values as text.
        ("protect", "false", False),
        ("uninstalledRetentionDays", "7", 7),
        # The CLI stores digits as a number.
        ("apps[0].organizationId", 12345, "12345"),
        ("apps[0].name", 7, "7"),
        ("apps[0].partnerId", 4711, "4711"),
        ("domain", {}, None),
        ("apps[0].rutter", {}, None),
        ("apps[0].scopes", ["store_v2_orders"] * 2, ["store_v2_orders"]),
        ("monitoring.emails", ["a@b.co"] * 2, ["a@b.co"]),
    ],
)
def test_a_valid_value_is_accepted(key: str, given: Any, read_as: Any) -> None:
    assert in_json(read(having(key, given)), key) == read_as


def test_digits_as_client_id_and_secret_are_read_as_text() -> None:
    settings = read(with_app(clientId=99) | {"clientSecrets": {ACME: 777}})
    assert settings.apps[0].client_id == "99"
    assert dict(settings)["client_secrets"][ACME].get_secret_value() == "777"


def test_settings_do_not_show_a_client_secret() -> None:
    assert CLIENT_SECRET not in repr(read(READY))
    assert CLIENT_SECRET not in str(read(READY))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        *[
            ("bigcommerce.frameAncestors[0]", origin, "must be https:// and a host")
            for origin in (
                *("https://*", "http://*", "https://*.com", "https://a.*.example.com", "*"),
                *("http://a.example.com", "https://a.example.com/", "https://u@a.example.com"),
            )
        ],
        ("apps[0].organizationId", "ab\n", "must be 1 to 64 letters"),
        ("apps[0].organizationId", "x" * 65, "must be 1 to 64 letters"),
        ("apps[0].name", "  ", "must not be empty"),
        ("apps[0].name", "x" * 101, "must have at most 100 characters"),
        ("apps[0].name", True, "must be text"),
        ("apps[0].name", "a\ud83d", "must be text"),
        ("apps[0].partnerId", "4 7", "must be 1 to 64 letters"),
        ("apps[0].multipleUsers", 2, "must be true or false"),
        ("apps[0].registeredBaseUrl", "https://a.com/", "must be https:// and a host"),
        ("apps[0].supportUrl", "javascript:a()", "must be an https:// link"),
        ("apps[0].supportUrl", 'https://a.com/"', "must be an https:// link"),
        ("throttle.auth.rate", 0, "must be greater than 0"),
        ("throttle.load.rate", 10_001, "must be at most 10000"),
        ("throttle.uninstall.burst", 0, "must be greater than 0"),
        ("throttle.removeUser.burst", 5_001, "must be at most 5000"),
        ("logRetentionDays", "a month", "must be a whole number"),
        # A marker must outlive the payloads of its store.
        ("uninstalledRetentionDays", "1", "must be at least 2"),
        ("uninstalledRetentionDays", "3651", "must be at most 3650"),
        ("protect", "maybe", "must be true or false"),
        ("permissionsBoundaryArn", "boundary", "must be the ARN of a managed IAM policy"),
        ("functions.memorySize", 127, "must be at least 128"),
        ("functions.memorySize", 10_241, "must be at most 10240"),
        ("functions.reservedConcurrency.auth", 0, "must be at least 1"),
        ("domain.name", "https://apps.example.com", "must be a lowercase domain"),
        ("domain.certificateArn", "5d1c", "must be the ARN of an ACM certificate"),
        ("domain.hostedZoneId", "example.com", "must be the ID of a hosted zone"),
        ("bigcommerce.loginUrl", "http://login.example.com", "must be https:// and a host"),
        ("bigcommerce.loginUrl", "https://login.example.com/oauth2", "without a path"),
        ("monitoring.emails[0]", "oncall", "must be an email address"),
        ("monitoring.httpsEndpoints[0]", "http://a", "must be a URL that starts with https://"),
        ("monitoring.silenceHours", 169, "must be at most 168"),
        ("domain", {"name": "a.example.com"}, "needs hostedZoneId, certificateArn or both"),
        ("apps[0].scopes[0]", "store_v2_order", "a BigCommerce OAuth scope (did you mean store_v2"),
        (
            "apps[0].scopes",
            ["store_v2_orders", "store_v2_orders_read_only"],
            "has both store_v2_orders and store_v2_orders_read_only, but the portal's Scopes tab",
        ),
        # Values of a wrong shape.
        ("apps", "[" * 9_999, "must be a list"),
        ("apps", {"organizationId": ACME}, "must be a list"),
        ("apps[0]", "acme", "must be a map"),
        ("apps[0].scopes", "store_v2_orders, store_v2_products", "must be a list"),
        ("clientSecrets", CLIENT_SECRET, "must be a map"),
        ("functions", [{"memorySize": 512}], "must be a map"),
        ("throttle", '{"rate"', "must be a map"),
        # Misspelled keys.
        ("Functions", {}, "is not a setting (did you mean functions?)"),
        ("apps[0].clientSecret", CLIENT_SECRET, "is not a setting (did you mean clientSecrets"),
        ("apps[0].appURL", "https://a.com", "is not a setting (did you mean appUrl?)"),
        ("domain.zoneId", "Z1", "is not a setting (did you mean hostedZoneId?)"),
    ],
)
def test_an_invalid_value_is_refused_with_its_reason(key: str, value: Any, words: str) -> None:
    (problem,) = problems(having(key, value))
    assert problem.key == key
    assert words in problem.what
    assert not re.search(r"[.?]\.$", str(problem))


@pytest.mark.parametrize(
    "url",
    [
        *("https://user:pass@app.example.com", "https://user@app.example.com/a", "https://"),
        *("http://localhost@example.com/", r"https://a.com\@b.com", "https://a.com/#b"),
    ],
)
def test_unsafe_app_url_is_refused(url: str) -> None:
    (problem,) = problems(with_app(appUrl=url) | {"handoffKeys": {ACME: HANDOFF_KEY}})
    assert problem.what == "must be an https:// link without user, password and fragment (#)"


@pytest.mark.parametrize("keep", [None, "true", "True"])
def test_domain_must_not_disable_urls_in_the_portal(keep: str | None) -> None:
    registered = {"registeredBaseUrl": "https://a.execute-api.us-east-1.AmazonAWS.com"}
    domain = DOMAIN_ELSEWHERE | ({"keepDefaultEndpoint": keep} if keep else {})
    config = {"apps": [ACME_APP | registered], "domain": domain}
    if keep:
        assert read(config).domain is not None
        return
    (problem,) = problems(config)
    assert str(problem).startswith("domain disables the URLs that the developer portal has for")


@pytest.mark.parametrize(
    ("project", "stack", "key", "words"),
    [
        (PROJECT, "s" * 38, "the project's and the stack's names", "at most 48 characters"),
        (PROJECT, "a.b", "the stack's name", "must be 1 to 40 letters"),
        ("acme.bigcommerce", "dev", "the project's name", "must be 1 to 40 letters"),
    ],
)
def test_names_that_aws_refuses_are_refused(project: str, stack: str, key: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_texts({f"{project}:apps": json.dumps([ACME_APP])}, project=project, stack=stack)
    (problem,) = raised.value.problems
    assert problem.key == key
    assert words in problem.what


def test_protected_stack_refuses_the_samples_organization_id_and_account() -> None:
    apps = json.dumps([ACME_APP, GLOBEX_APP | {"organizationId": SAMPLE_ORGANIZATION_ID}])
    accounts = json.dumps([PLACEHOLDER_ACCOUNT])
    with pytest.raises(ConfigurationError) as raised:
        read_texts({f"{PROJECT}:apps": apps, "aws:allowedAccountIds": accounts})
    sample, account = raised.value.problems
    assert str(sample).startswith("apps[1].organizationId is the sample's")
    assert str(account).startswith(f"aws:allowedAccountIds has the sample's {PLACEHOLDER_ACCOUNT}")


ALARMS = {"apps": [ACME_APP], "monitoring": {"silenceHours": 24}}
TOLD = {"silenceHours": 24, "emails": ["oncall@example.com"]}
ANYWHERE = {"apps": [ACME_APP], "aws:allowedAccountIds": []}
SAMPLE = {"apps": [ACME_APP | {"organizationId": SAMPLE_ORGANIZATION_ID}], "protect": False}


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (SAMPLE, "apps[0].organizationId is the sample's"),
        (ANYWHERE, "aws:allowedAccountIds is not set"),
        (ALARMS, "The alarms notify no one"),
        (ANYWHERE | {"protect": False, "monitoring": TOLD}, None),
    ],
)
def test_warnings_come_first(config: dict[str, Any], words: str | None, record: Recorder) -> None:
    warnings = record(config).warnings
    assert [each.resources for each in warnings] == [0] * (words is not None)
    assert all(each.text.startswith(str(words)) for each in warnings)


def test_warnings_are_logged_with_the_problems(record: Recorder) -> None:
    recording = record(ANYWHERE | {"clientSecrets": {"nobody": CLIENT_SECRET}})
    assert "clientSecrets has an entry" in str(recording.error)
    assert [each.text.partition(" ")[0] for each in recording.warnings] == ["aws:allowedAccountIds"]


def test_warning_if_an_encrypted_setting_is_deployed_in_plain_text(record: Recorder) -> None:
    secret_keys = [f"{PROJECT}:{key}" for key in ("apps", "clientSecrets", "monitoring")]
    texts = configuration(READY | {"monitoring": {"httpsEndpoints": ["https://a"]}})
    program = Program(str(ROOT / "__main__.py"), PROJECT, "test", texts, secret_keys)
    (warning,) = record.of(program).warnings
    assert warning.text.startswith("apps has a secret value, but it is plain text")


def test_wrong_configuration_registers_nothing_and_shows_no_traceback(record: Recorder) -> None:
    recording = record(EVERYTHING_WRONG)
    assert recording.resources == []
    assert recording.outputs == {}
    assert recording.error is not None
    assert recording.error.startswith("The configuration of stack test has ")
    assert "Traceback" not in recording.error
    assert CLIENT_SECRET not in recording.error
