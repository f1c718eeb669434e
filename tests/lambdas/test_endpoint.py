"""Middleware shared by all callbacks: defects, the log line and the metric."""

import pytest
from botocore.exceptions import ClientError

from lambdas.records import access_tokens, installation_table
from local.bigcommerce import App
from ops.check.signed_payload import signed_payload
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import (
    BASE_URL,
    CALLBACKS,
    EXTERNAL,
    SIGNED_CALLBACKS,
    Backend,
    Callbacks,
    callback_url,
)
from tests.lambdas.conftest import ORGANIZATION_ID, Logs
from tests.lambdas.responses import DEFECT, REQUEST_ID

# In the report of every call of the app.
COMMON = {"level": "INFO", "organization_id": ORGANIZATION_ID, "request_id": REQUEST_ID}
OCCASIONAL = {"location", "message", "timestamp", "service", "milliseconds"}


def report(logs: Logs) -> dict[str, object]:
    """The fields of the last call's log line that do not depend on when and where."""
    return {name: value for name, value in logs.last.items() if name not in OCCASIONAL}


@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
def test_a_success_is_a_line_and_a_metric(callback: str, installed: Callbacks, logs: Logs) -> None:
    lines = len(logs.lines)

    installed.get(callback)

    assert len(logs.lines) == lines + 1
    assert logs.last["milliseconds"] >= 0
    assert report(logs) == COMMON | {"store_hash": installed.store.hash, "status": 200}
    counted = [metric["InstalledOrOpened"] for metric in logs.metrics]
    assert counted == ([1, 1] if callback == "load" else [1])  # the first is the installation


def test_a_check_of_the_deployment_is_not_a_visit(backend: Backend, app: App, logs: Logs) -> None:
    payload = signed_payload(app.client_id, app.client_secret)
    for callback, status in (("load", 404), ("uninstall", 200)):
        url = callback_url(app, callback, signed_payload_jwt=payload)
        assert backend.get(url).status == status
    assert [metric["Refused"] for metric in logs.metrics] == [1]


def test_a_refusal_is_logged_with_code_and_reason(backend: Backend, app: App, logs: Logs) -> None:
    backend.get(callback_url(app, "load", signed_payload_jwt="gibberish"))

    assert report(logs) == COMMON | {
        "status": 401,
        "error": "invalid_signed_payload",
        "reason": "DecodeError",
        "help": "docs/troubleshooting.md#invalid_signed_payload",
    }

    backend.get(callback_url(app, "load"))

    assert logs.last["status"] == 400
    assert [metric["Refused"] for metric in logs.metrics] == [1, 1]
    assert [metric.get("SignatureRefused") for metric in logs.metrics] == [1, None]


def test_a_failure_names_the_aws_operation(callbacks: Callbacks, aws: AwsCalls, logs: Logs) -> None:
    aws.instead["GetSecretValue"] = ClientError(
        {"Error": {"Code": "AccessDeniedException", "Message": "not for arn:aws:iam::1:role/x"}},
        "GetSecretValue",
    )

    callbacks.get("load")

    assert report(logs) == COMMON | {
        "level": "ERROR",
        "status": 503,
        "error": "service_unavailable",
        "reason": "GetSecretValue: AccessDeniedException",
        "help": "docs/troubleshooting.md#service_unavailable",
    }
    (metric,) = logs.metrics
    assert (metric["Failed"], metric["CredentialsUnreadable"]) == (1, 1)


def test_a_failed_external_install_counts_as_a_failure_though_the_browser_is_redirected(
    callbacks: Callbacks, aws: AwsCalls, logs: Logs
) -> None:
    aws.instead["PutItem"] = ClientError({"Error": {"Code": "Throttled"}}, "PutItem")

    callbacks.get(EXTERNAL)

    assert (logs.last["status"], logs.last["reason"]) == (302, "PutItem: Throttled")
    assert [metric["Failed"] for metric in logs.metrics] == [1]


def test_unknown_ids_and_previous_fields_are_not_logged(installed: Callbacks, logs: Logs) -> None:
    installed.get("load")

    installed.backend.get(f"{BASE_URL}/a-stranger-was-here/load")

    assert report(logs) == {
        "level": "INFO",
        "request_id": REQUEST_ID,
        "status": 404,
        "error": "unknown_organization",
        "reason": "no such app in the table",
        "help": "docs/troubleshooting.md#unknown_organization",
    }


@pytest.mark.parametrize("callback", CALLBACKS)
def test_a_defect_tells_the_caller_nothing_and_the_log_its_place(
    callback: str, callbacks: Callbacks, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("token=abcdef owner@example.com in /var/task")

    monkeypatch.setattr(installation_table, "update", broken)
    monkeypatch.setattr(access_tokens, "encrypt", broken)
    answer = callbacks.get(callback)

    DEFECT.assert_is(answer, callback)
    assert [metric["Failed"] for metric in logs.metrics] == [1]
    assert logs.last["level"] == "ERROR"
    assert logs.last["reason"].startswith("RuntimeError in handler:")
    assert logs.last["reason"].rpartition(", ")[2].startswith("broken:")
    assert "abcdef" not in answer.body + logs.text
    assert "/var/task" not in answer.body + logs.text
