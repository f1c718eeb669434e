"""Settings: every rule, and what is said when one is broken."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from components.settings.checks import SAMPLE_ORGANIZATION_ID
from components.settings.model import LOG_RETENTION_DAYS, Settings
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
    MISSING,
    READY,
    TWO_APPS,
    having,
    with_app,
)


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
            ("apps[0].scopes", ["store_v2_orders"] * 2, ["store_v2_orders"]),
            ("monitoring.emails", ["a@b.co"] * 2, ["a@b.co"]),
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
        assert len(read_texts(texts).apps) == 1

    def test_client_secret_is_not_shown_by_its_settings(self) -> None:
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
        ("apps[0].organizationId", "ab\n", r"is 'ab\n'"),
        ("apps[0].organizationId", "x" * 65, f"is '{'x' * 65}'"),
        ("apps[0].organizationId", "x" * 5_000, f"is '{'x' * 99}…: it must be"),
        ("apps[0].name", MISSING, "is required"),
        ("apps[0].name", "  ", "must not be empty"),
        ("apps[0].name", "x" * 101, "at most 100 characters"),
        ("apps[0].name", True, "must be a valid string"),
        ("apps[0].name", "a\ud83d", r"is 'a\ud83d': it must be a valid string"),
        ("apps[0].partnerId", "4 7", "is '4 7'"),
        ("apps[0].multipleUsers", 2, "is 2: it must be true or false"),
        ("apps[0].registeredBaseUrl", "https://a.com/", "is 'http"),
        ("apps[0].supportUrl", "javascript:a()", "is 'java"),
        ("apps[0].supportUrl", 'https://a.com/"', "is 'htt"),
        ("throttle.auth.rate", 0, "is 0: it must be greater than 0"),
        ("throttle.load.rate", 10_001, "is 10001: it must be less than or equal to 10000"),
        ("throttle.uninstall.burst", 0, "is 0: it must be greater than 0"),
        ("throttle.removeUser.burst", 5_001, "must be less than or equal to 5000"),
        ("logRetentionDays", "31", "is '31': it must be one of 1, 3, 5, 7, 14, 30,"),
        ("logRetentionDays", "a month", "is 'a month': it must be a valid integer"),
        # A marker must outlive the payloads of its store.
        ("uninstalledRetentionDays", "1", "is '1': it must be greater than or equal to 2"),
        ("uninstalledRetentionDays", "3651", "must be less than or equal to 3650"),
        ("protect", "maybe", "is 'maybe': it must be true or false"),
        ("permissionsBoundaryArn", "boundary", "is 'boundary'"),
        ("functions.memorySize", 127, "is 127: it must be greater than or equal to 128"),
        ("functions.memorySize", 10_241, "must be less than or equal to 10240"),
        ("functions.reservedConcurrency.auth", 0, "must be greater than or equal to 1"),
        ("domain.name", "https://apps.example.com", "is 'https://apps.example.com'"),
        ("domain.certificateArn", "5d1c", "is '5d1c'"),
        ("domain.hostedZoneId", "example.com", "is 'example.com'"),
        ("bigcommerce.loginUrl", "http://login.example.com", "is 'http://"),
        ("bigcommerce.loginUrl", "https://login.example.com/oauth2", "is 'https://"),
    ],
)
def test_wrong_value(key: str, value: Any, words: str) -> None:
    (problem,) = problems(having(key, value))
    assert problem.key == key
    assert words in problem.what
    assert not re.search(r"(?i)pattern|input|instance|\^|\\d", problem.what)


@pytest.mark.parametrize(
    "url",
    [
        *("https://user:pass@app.example.com", "https://user@app.example.com/a", "https://"),
        *("http://localhost@example.com/", r"https://a.com\@b.com", "https://a.com/#b"),
    ],
)
def test_app_url_with_what_no_browser_should_be_sent_to(url: str) -> None:
    (problem,) = problems(with_app(appUrl=url) | {"handoffKeys": {ACME: HANDOFF_KEY}})
    assert problem.what == (
        f"is {url!r}: it must be an https:// link without user, password and fragment (#)"
    )


@pytest.mark.parametrize("keep", [None, "true", "True"])
def test_a_domain_switches_off_no_url_that_is_in_the_portal(keep: str | None) -> None:
    registered = {"registeredBaseUrl": "https://a.execute-api.us-east-1.AmazonAWS.com"}
    domain = DOMAIN_ELSEWHERE | ({"keepDefaultEndpoint": keep} if keep else {})
    config = {"apps": [ACME_APP | registered], "domain": domain}
    if keep:
        assert read(config).domain is not None
        return
    (problem,) = problems(config)
    assert str(problem).startswith("domain switches off https://a.execute-api.")


@pytest.mark.parametrize(
    ("project", "stack", "key", "words"),
    [
        (PROJECT, "s" * 38, "the stack's name", "have 49 characters together: they must have at "),
        *(
            (PROJECT, stack, "the stack's name", "must be 1 to 40 letters")
            for stack in ("s" * 41, "a.b")
        ),
        (
            "acme.bigcommerce",
            "dev",
            "the project's name",
            "is 'acme.bigcommerce': it must be letters",
        ),
    ],
)
def test_names_that_make_a_name_that_iam_or_lambda_refuses(
    project: str, stack: str, key: str, words: str
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_texts({f"{project}:apps": json.dumps([ACME_APP])}, project=project, stack=stack)
    (problem,) = raised.value.problems
    assert problem.key == key
    assert words in problem.what


def test_the_organization_id_of_the_sample_is_refused_in_a_protected_stack(
    record: Recorder,
) -> None:
    """And warned of in another."""
    config = {"apps": [ACME_APP, GLOBEX_APP | {"organizationId": SAMPLE_ORGANIZATION_ID}]}
    (warning,) = record({**config, "protect": False}, stack="dev").warnings
    (problem,) = problems(config)
    assert problem.key == "apps[1].organizationId"
    assert problem.what.startswith("is that of the sample")
    assert warning.text == str(problem)
    assert warning.resources == 0
    assert record(TWO_APPS).warnings == []


def test_the_account_that_stands_for_none_is_refused_in_a_protected_stack() -> None:
    """With the other problems."""
    apps = json.dumps([ACME_APP | {"organizationId": SAMPLE_ORGANIZATION_ID}])
    accounts = json.dumps([PLACEHOLDER_ACCOUNT])
    with pytest.raises(ConfigurationError) as raised:
        read_texts({f"{PROJECT}:apps": apps, "aws:allowedAccountIds": accounts})
    problem, sample = raised.value.problems
    assert sample.key == "apps[0].organizationId"
    assert str(problem).startswith(f"aws:allowedAccountIds has {PLACEHOLDER_ACCOUNT}, which")


def test_a_protected_stack_that_names_no_account_is_warned_of_it(record: Recorder) -> None:
    anywhere = {"apps": [ACME_APP], "aws:allowedAccountIds": []}
    (warning,) = record(anywhere).warnings
    assert warning.text.endswith("--path 'aws:allowedAccountIds[0]' ACCOUNT_ID")
    assert record({**anywhere, "protect": False}).warnings == []


def test_monitoring_that_tells_nobody_is_warned_of(record: Recorder) -> None:
    alarms = {"apps": [ACME_APP], "monitoring": {"silenceHours": 24}}
    (warning,) = record(alarms).warnings
    assert warning.text.endswith("--path 'monitoring.emails[0]' EMAIL")
    told = {"silenceHours": 24, "emails": ["oncall@example.com"]}
    assert record({**alarms, "monitoring": told}).warnings == []


def test_what_is_set_with_secret_and_deployed_in_plain_text_is_warned_of(record: Recorder) -> None:
    secret_keys = [f"{PROJECT}:{key}" for key in ("apps", "clientSecrets", "monitoring")]
    texts = configuration(READY | {"monitoring": {"httpsEndpoints": ["https://a"]}})
    program = Program(str(ROOT / "__main__.py"), PROJECT, "test", texts, secret_keys)
    (warning,) = record.of(program).warnings
    assert warning.text.startswith("apps has a value that is set with --secret")
    for given in (["http://k3y"], "https://k3y"):
        wrong = texts | {f"{PROJECT}:monitoring": json.dumps({"httpsEndpoints": given})}
        error = record.of(replace(program, config=wrong)).error
        assert "monitoring.httpsEndpoints" in str(error)
        assert "k3y" not in str(error)


def test_wrong_configuration_registers_nothing_and_shows_no_traceback(record: Recorder) -> None:
    recording = record(EVERYTHING_WRONG)
    assert recording.resources == []
    assert recording.outputs == {}
    assert recording.error is not None
    assert recording.error.startswith("The configuration of stack test has ")
    assert "Traceback" not in recording.error
    assert CLIENT_SECRET not in recording.error
