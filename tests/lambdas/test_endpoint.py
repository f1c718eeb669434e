"""What surrounds every callback: deadline, defects, the log line and the metric."""

import time

import pytest
from botocore.exceptions import ClientError

from lambdas.callbacks import access_tokens, installation_table, pages
from local.bigcommerce import App, BigCommerce, Store
from tests.lambdas.conftest import ORGANIZATION_ID, Logs
from tests.lambdas.expected_errors import NOT_REGISTERED
from tests.lambdas.harness import (
    BASE_URL,
    BROWSER_CALLBACKS,
    CALLBACKS,
    REQUEST_ID,
    SIGNED_CALLBACKS,
    AwsCalls,
    Backend,
    callback_url,
    confidential,
    leaks,
    signed_url,
)

OCCASIONAL = {"level", "location", "message", "timestamp", "service", "milliseconds"}


def report(logs: Logs) -> dict[str, object]:
    """The fields of the last call's log line that do not depend on when and where."""
    return {name: value for name, value in logs.last.items() if name not in OCCASIONAL}


@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
def test_a_success_is_one_log_line_and_one_metric(
    callback: str, backend: Backend, app: App, installed_store: Store, logs: Logs
) -> None:
    lines, metrics = len(logs.lines), len(logs.metrics)

    backend.get(signed_url(app, callback, installed_store, installed_store.owner))

    assert len(logs.lines) == lines + 1
    assert logs.last["level"] == "INFO"
    assert logs.last["milliseconds"] >= 0
    assert report(logs) == {
        "organization_id": ORGANIZATION_ID,
        "store_hash": installed_store.hash,
        "request_id": REQUEST_ID,
        "status": 200,
    }
    assert [metric["Succeeded"] for metric in logs.metrics[metrics:]] == [[1.0]]


def test_a_refusal_is_logged_with_its_code_and_its_reason(
    backend: Backend, app: App, logs: Logs
) -> None:
    backend.get(callback_url(app, "load", signed_payload_jwt="gibberish"))

    assert logs.last["level"] == "INFO"
    assert report(logs) == {
        "organization_id": ORGANIZATION_ID,
        "request_id": REQUEST_ID,
        "status": 401,
        "error": "invalid_signed_payload",
        "reason": "DecodeError",
    }
    assert [metric["Refused"] for metric in logs.metrics] == [[1.0]]


def test_a_failure_is_logged_as_an_error_with_the_aws_operation_and_code(
    backend: Backend, app: App, store: Store, aws: AwsCalls, logs: Logs
) -> None:
    aws.instead["GetSecretValue"] = ClientError(
        {"Error": {"Code": "AccessDeniedException", "Message": "not for arn:aws:iam::1:role/x"}},
        "GetSecretValue",
    )

    backend.get(signed_url(app, "load", store, store.owner))

    assert logs.last["level"] == "ERROR"
    assert report(logs) == {
        "organization_id": ORGANIZATION_ID,
        "request_id": REQUEST_ID,
        "status": 503,
        "error": "service_unavailable",
        "reason": "GetSecretValue: AccessDeniedException",
    }
    assert [metric["Failed"] for metric in logs.metrics] == [[1.0]]


def test_a_failed_external_install_counts_as_a_failure_though_the_browser_is_redirected(
    *,
    backend: Backend,
    app: App,
    bigcommerce: BigCommerce,
    store: Store,
    aws: AwsCalls,
    logs: Logs,
) -> None:
    aws.instead["PutItem"] = ClientError({"Error": {"Code": "Throttled"}}, "PutItem")

    backend.get(bigcommerce.external_auth_callback_url(app, store, store.owner))

    assert report(logs)["status"] == 302
    assert report(logs)["reason"] == "PutItem: Throttled"
    assert [metric["Failed"] for metric in logs.metrics] == [[1.0]]


def test_an_organization_id_that_strangers_choose_is_not_logged(
    backend: Backend, logs: Logs
) -> None:
    backend.get(f"{BASE_URL}/a-stranger-was-here/load")

    assert report(logs) == {
        "request_id": REQUEST_ID,
        "status": 404,
        "error": "unknown_organization",
        "reason": "no such app in the table",
    }


def test_one_call_leaves_nothing_behind_for_the_log_line_of_the_next(
    backend: Backend, app: App, installed_store: Store, logs: Logs
) -> None:
    backend.get(signed_url(app, "load", installed_store, installed_store.owner))

    backend.get(f"{BASE_URL}/nobody/load")

    assert not {"organization_id", "store_hash"} & set(logs.last)


DEFECT = RuntimeError("token=abcdef owner@example.com in /var/task")


def _break(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise DEFECT

    monkeypatch.setattr(installation_table, "update", broken)
    monkeypatch.setattr(access_tokens, "encrypt", broken)


@pytest.mark.parametrize("callback", CALLBACKS)
def test_a_defect_tells_the_caller_nothing_and_the_log_its_place(
    *,
    callback: str,
    backend: Backend,
    app: App,
    bigcommerce: BigCommerce,
    store: Store,
    logs: Logs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _break(monkeypatch)
    url = (
        bigcommerce.auth_callback_url(app, store, store.owner)
        if callback == "redirect-url"
        else signed_url(app, callback, store, store.owner)
    )

    answer = backend.get(url)

    message = "This request could not be completed. If it keeps failing, ask for support."
    assert answer.status == 500
    assert "Retry-After" not in answer.headers
    if callback in BROWSER_CALLBACKS:
        assert message in answer.page.text
        assert f"Request id {REQUEST_ID}" in answer.page.text
    else:
        assert answer.json == {
            "error": "internal_error",
            "message": message,
            "request_id": REQUEST_ID,
        }
    assert logs.last["level"] == "ERROR"
    assert logs.last["reason"].startswith("RuntimeError in handler:")
    assert logs.last["reason"].rpartition(", ")[2].startswith("broken:")
    assert leaks({"abcdef", "/var/task"}, answer.body + logs.text) == []


def test_a_page_that_cannot_be_rendered_is_a_defect_with_an_answer(
    backend: Backend, app: App, installed_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "loaded_page", lambda *_: 1 / 0)

    answer = backend.get(signed_url(app, "load", installed_store, installed_store.owner))

    assert answer.status == 500
    assert "ZeroDivisionError" not in answer.body


@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
def test_an_aws_call_that_hangs_is_interrupted_a_second_before_lambda_stops_the_function(
    *, callback: str, backend: Backend, app: App, store: Store, aws: AwsCalls, logs: Logs
) -> None:
    aws.instead["GetItem"] = lambda: time.sleep(60)

    answer = backend.get(
        signed_url(app, callback, store, store.owner), remaining_milliseconds=1_050
    )

    assert answer.status == 503
    assert answer.headers["Retry-After"] == "5"
    assert logs.last["reason"] == "DeadlineExceededError"


def test_a_call_that_arrives_with_no_time_left_is_answered_all_the_same(
    backend: Backend, app: App, store: Store, aws: AwsCalls
) -> None:
    aws.instead["GetItem"] = lambda: time.sleep(60)

    answer = backend.get(signed_url(app, "load", store, store.owner), remaining_milliseconds=0)

    assert answer.status == 503


def test_a_secret_that_was_spoilt_is_a_missing_registration_and_is_not_shown(
    backend: Backend, app: App, store: Store, logs: Logs
) -> None:
    backend.put_credentials(app.organization_id, ["the-secret-value"])

    answer = backend.get(signed_url(app, "load", store, store.owner))

    NOT_REGISTERED.assert_is(answer, "load")
    assert leaks({"the-secret-value"}, answer.body + logs.text) == []


def test_the_scan_of_the_log_finds_a_secret() -> None:
    """What every test of this folder relies on."""
    assert leaks({"a-code", "a-token"}, '{"reason": "a-code was used"}') == ["a-code"]


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param("someone+else@shop.example", id="e-mail"),
        pytest.param("eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9", id="payload"),
        pytest.param("0123456789abcdef" * 4, id="client secret"),
        pytest.param("1hi7z03vedx082mr8x3972kn3newvyv", id="code or access token"),
    ],
)
def test_the_scan_of_the_log_finds_secrets_it_was_not_told_of(secret: str) -> None:
    assert confidential(f'{{"reason": "{secret} was used"}}') == [secret]
