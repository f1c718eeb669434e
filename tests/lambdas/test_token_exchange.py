"""The token exchange: each answer of BigCommerce's token endpoint, and connections that fail."""

import json
import time
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import urllib3
from werkzeug import Response

from lambdas.callbacks import token_exchange
from lambdas.callbacks.token_exchange import AuthorizationRequest, Grant, exchange
from lambdas.records.credentials import Credentials
from lambdas.shared import https
from lambdas.shared.errors import (
    BigCommerceBusyError,
    BigCommerceTimeoutError,
    BigCommerceUnavailableError,
    CodeRefusedError,
)
from local.bigcommerce import BigCommerce, faults
from tests.https_server import certificate, serve
from tests.lambdas.backend import Callbacks
from tests.lambdas.conftest import Clock
from tests.lambdas.responses import CODE_REFUSED, NO_SCOPE, TOO_SLOW, UNREACHABLE, ExpectedError

CREDENTIALS = Credentials("a" * 31, "0" * 64)
REQUEST = AuthorizationRequest(
    code="the-code",
    scope="store_v2_orders store_cart",
    context="stores/abc123def4",
    redirect_uri="https://callbacks.example.com/organization/redirect-url",
)
ANSWER: dict[str, Any] = {
    "access_token": "the-token",
    "scope": "store_v2_orders store_cart",
    "user": {"id": 2, "username": "assistant", "email": "assistant@example.com"},
    "owner": {"id": 1, "username": "owner", "email": "owner@example.com"},
    "context": "stores/abc123def4",
    "account_uuid": "a6b1c2d3-0000-4000-8000-000000000000",
}


class TokenEndpoint:
    def __init__(self, bigcommerce: BigCommerce, login_url: str) -> None:
        self._endpoint = bigcommerce.token_endpoint
        self._login_url = login_url

    def fails(self, *following: faults.Fault) -> None:
        self._endpoint.next_answers.extend(following)

    def exchange(self) -> Grant:
        return exchange(self._login_url, REQUEST, CREDENTIALS)

    @property
    def asked(self) -> int:
        return len(self._endpoint.requests)


def answering(body: object, status: int = 200) -> faults.Fault:
    """Answer this body without an exchange; one that is not bytes becomes JSON first."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _: Response(content, status)


@pytest.fixture
def endpoint(bigcommerce: BigCommerce, login_url: str) -> TokenEndpoint:
    return TokenEndpoint(bigcommerce, login_url)


ENDED_BADLY = [
    pytest.param(faults.status(500), id="500"),
    pytest.param(faults.status(599), id="599"),
    pytest.param(faults.reset, id="connection reset"),
]


@pytest.mark.parametrize("fault", ENDED_BADLY)
@pytest.mark.parametrize("failures", [1, 2])
def test_an_exchange_succeeds_after_at_most_two_failures_and_growing_pauses(
    fault: faults.Fault, failures: int, endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(token_exchange, "PAUSE_SECONDS", 0.2)
    monkeypatch.setattr(time, "sleep", pauses.append)
    endpoint.fails(*[fault] * failures, answering(ANSWER))

    assert endpoint.exchange().access_token == "the-token"
    assert endpoint.asked == failures + 1
    assert pauses == [0.2, 0.4][:failures]


@pytest.mark.parametrize("fault", ENDED_BADLY)
def test_a_refusal_after_an_attempt_that_may_have_used_the_code_counts_as_unavailable(
    fault: faults.Fault, endpoint: TokenEndpoint
) -> None:
    endpoint.fails(fault, answering({"error": "invalid_grant"}, 400))

    with pytest.raises(
        BigCommerceUnavailableError, match=r"^token endpoint answered 400 invalid_grant$"
    ):
        endpoint.exchange()
    assert endpoint.asked == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html>",
        b"null",
        b'"the-code"',
        {"error": "the-code"},
        {"error": "The code the-code was used"},
        {"error": "a" * 41},
        {"error": ["invalid_grant"]},
        {"message": "invalid_grant"},
        pytest.param(b"[" * 60_000, id="deeply nested"),
    ],
    ids=ascii,
)
def test_a_refusal_logs_only_a_plain_error_name(body: object, endpoint: TokenEndpoint) -> None:
    endpoint.fails(answering(body, 400))

    with pytest.raises(CodeRefusedError, match=r"^token endpoint answered 400 $"):
        endpoint.exchange()


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        pytest.param("30", 30, id="seconds"),
        pytest.param("0", 1, id="at once"),
        pytest.param("100000", 3600, id="a day"),
        pytest.param("Sun, 01 Mar 2026 00:00:45 GMT", 45, id="date"),
        pytest.param("Sun, 01 Mar 2020 00:00:00 GMT", 1, id="date that has passed"),
        pytest.param(None, 60, id="nothing"),
        pytest.param("", 60, id="empty"),
        pytest.param("soon", 60, id="a word"),
        pytest.param("-5", 60, id="negative"),
        pytest.param("1" * 5_000, 60, id="number too long to read"),
        pytest.param("<b>5</b>", 60, id="markup"),
    ],
)
def test_a_429_says_how_long_to_wait_and_is_not_retried(
    retry_after: str | None, seconds: int, endpoint: TokenEndpoint, clock: Clock
) -> None:
    clock.now = 1_772_323_200  # 2026-03-01T00:00:00Z
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    endpoint.fails(lambda _: Response(status=429, headers=headers))

    with pytest.raises(BigCommerceBusyError, match=r"^token endpoint answered 429$") as failure:
        endpoint.exchange()
    assert failure.value.retry_after == seconds
    unit = "second" if seconds == 1 else "seconds"
    assert f"Try again in {seconds} {unit} from" in failure.value.message
    assert endpoint.asked == 1


def test_an_error_about_the_answer_does_not_lead_to_one_that_may_quote_the_token(
    endpoint: TokenEndpoint,
) -> None:
    endpoint.fails(answering(ANSWER | {"scope": 5}))

    with pytest.raises(BigCommerceUnavailableError, match="malformed answer") as failure:
        endpoint.exchange()
    assert failure.value.__suppress_context__
    assert "the-token" not in failure.value.reason


def test_secrets_do_not_show_when_printed() -> None:
    grant = Grant("a", 0, "the-token", (), None, None, "stores/abc", None)  # type: ignore[arg-type]

    assert "the-code" not in repr(REQUEST)
    assert "0" * 64 not in repr(CREDENTIALS)
    assert "the-token" not in repr(grant)


# A person of the answer that is none; only their id matters.
NOT_USERS: list[Any] = [
    *(None, 5, [], {}),
    *({"id": id_, "email": "owner@example.com"} for id_ in ("01", True, 1.0, None)),
]
NOT_TEXTS: list[Any] = [5, True, [1], {"id": "1"}, "\ud800"]


# Answers that are unusable, so that no other is asked for.
UNUSABLE: dict[str, faults.Fault] = {
    "redirect": faults.redirected("http://127.0.0.1:9/oauth2/token"),
    **{str(status): answering(ANSWER, status) for status in (201, 301, 307, 308)},
    "HTML": faults.html,
    "truncated JSON": faults.truncated,
    "gzip": lambda _: Response(b"{}", headers={"Content-Encoding": "gzip"}),
    **{
        ascii(body[:9]): answering(body)
        for body in (b"", b"\xff\xfe", b"null", b"[]", b'"the-token"', b"[" * 60_000)
    },
    "too long": answering(b" " * 70_000 + json.dumps(ANSWER).encode()),
    **{
        f"no {name}": faults.without(name)
        for name in ("access_token", "scope", "user", "owner", "context")
    },
    **{
        f"{name} is {value!a}": faults.with_fields(**{name: value})
        for names, values in (
            (("access_token", "scope", "context"), NOT_TEXTS),
            (("access_token", "context"), [None, ""]),
            (("user", "owner"), NOT_USERS),
        )
        for name in names
        for value in values
    },
    "more than KMS encrypts": faults.with_fields(access_token="t" * 4097),
}


@pytest.mark.parametrize(
    ("fault", "requests", "expected"),
    [
        *(
            pytest.param(faults.status(status), 1, CODE_REFUSED, id=str(status))
            for status in (400, 401, 403, 404, 409, 422, 499)
        ),
        *(
            pytest.param(faults.status(status), 3, UNREACHABLE, id=str(status))
            for status in (500, 503, 599)
        ),
        pytest.param(faults.reset, 3, UNREACHABLE, id="connection reset"),
        *(
            pytest.param(faults.with_fields(scope=value), 1, NO_SCOPE, id=f"scope is {value!a}")
            for value in (None, "", " ")
        ),
        *(pytest.param(fault, 1, UNREACHABLE, id=name) for name, fault in UNUSABLE.items()),
    ],
)
def test_a_token_endpoint_that_fails_is_tried_a_bounded_number_of_times_and_nothing_is_stored(
    *,
    fault: faults.Fault,
    requests: int,
    expected: ExpectedError,
    callbacks: Callbacks,
    endpoint: TokenEndpoint,
) -> None:
    endpoint.fails(*[fault] * 5)

    expected.assert_is(callbacks.get("redirect-url"), "redirect-url")
    assert callbacks.backend.stored() == []
    assert endpoint.asked == requests

    callbacks.bigcommerce.token_endpoint.next_answers.clear()

    assert callbacks.get("redirect-url").status == 200


def test_a_slow_token_endpoint_is_not_called_again_because_the_code_may_be_used(
    callbacks: Callbacks, endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_exchange, "TIMEOUT", urllib3.Timeout(0.1))
    endpoint.fails(faults.slow(0.4))

    TOO_SLOW.assert_is(callbacks.get("redirect-url"), "redirect-url")
    assert callbacks.backend.stored() == []
    assert endpoint.asked == 1


# Connections.


class Unconnected:
    """Fails the first requests for want of a connection, and makes the others."""

    def __init__(self, error: Exception, failures: int) -> None:
        self._error = error
        self._failures = failures
        self._request = https.client().request
        self.tries = 0

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.tries += 1
        if self.tries <= self._failures:
            raise self._error
        return self._request(*arguments, **options)


NO_POOL: Any = None
UNCONNECTED = [
    (urllib3.exceptions.ConnectTimeoutError(None, "slow"), BigCommerceTimeoutError),
    (urllib3.exceptions.NewConnectionError(NO_POOL, "refused"), BigCommerceUnavailableError),
    (
        urllib3.exceptions.NameResolutionError("login", NO_POOL, OSError()),  # type: ignore[arg-type]
        BigCommerceUnavailableError,
    ),
    (urllib3.exceptions.SSLError("no handshake"), BigCommerceUnavailableError),
]


@pytest.mark.parametrize(("error", "kind"), UNCONNECTED)
def test_without_a_connection_three_attempts_are_made_and_the_code_is_not_used(
    error: Exception,
    kind: type[Exception],
    endpoint: TokenEndpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unconnected = Unconnected(error, 3)
    monkeypatch.setattr(https.client(), "request", unconnected)

    with pytest.raises(BigCommerceUnavailableError) as failure:
        endpoint.exchange()
    assert type(failure.value) is kind
    assert unconnected.tries == 3

    monkeypatch.setattr(https.client(), "request", Unconnected(error, 1))
    endpoint.fails(answering({"error": "invalid_grant"}, 400))

    with pytest.raises(CodeRefusedError):
        endpoint.exchange()


@pytest.mark.parametrize(
    ("name", "trusted", "valid"),
    [
        pytest.param("127.0.0.1", True, True, id="valid"),
        pytest.param("127.0.0.1", False, False, id="signed by an untrusted authority"),
        pytest.param("127.0.0.2", True, False, id="of another host"),
    ],
)
def test_code_and_secret_are_sent_only_to_a_server_with_a_valid_certificate(
    *, name: str, trusted: bool, valid: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(name, tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setattr(https, "client", cache(https.client.__wrapped__))
    asked: list[str] = []

    def answer(request: BaseHTTPRequestHandler, _body: bytes) -> tuple[dict[str, str], bytes]:
        asked.append(request.requestline)
        return {}, json.dumps(ANSWER).encode()

    with serve(answer, file) as host:
        if valid:
            granted = exchange(f"https://{host}", REQUEST, CREDENTIALS)
            assert granted.access_token == "the-token"
        else:
            with pytest.raises(BigCommerceUnavailableError, match=r"^could not connect: SSLError$"):
                exchange(f"https://{host}", REQUEST, CREDENTIALS)

    assert asked == ["POST /oauth2/token HTTP/1.1"] * valid


def test_a_connection_is_closed_if_its_answer_is_too_long() -> None:
    with (
        serve(lambda *_: ({}, b"longer")) as host,
        https.request("POST", f"http://{host}", json={}, timeout=token_exchange.TIMEOUT) as answer,
    ):
        connection = answer.connection
        assert answer.read(1) == b"l"
        assert connection is not None
        assert not connection.is_closed
    assert connection.is_closed
