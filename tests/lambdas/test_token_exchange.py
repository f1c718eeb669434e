"""The token exchange: what is asked of BigCommerce how often, and what is made of its answers."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

import pytest
import urllib3

from lambdas.callbacks import token_exchange
from lambdas.callbacks.credentials import Credentials
from lambdas.callbacks.deadline import within
from lambdas.callbacks.errors import (
    BigCommerceBusyError,
    BigCommerceTimeoutError,
    BigCommerceUnavailableError,
    CodeRefusedError,
)
from lambdas.callbacks.token_exchange import AuthorizationRequest, BigCommerceUser, Grant, exchange
from local.bigcommerce import BigCommerce, faults
from local.bigcommerce.messages import Response
from tests.lambdas.conftest import Clock

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


PASSING_FAULTS = [
    pytest.param(faults.status(500), id="500"),
    pytest.param(faults.status(599), id="599"),
    pytest.param(faults.reset, id="connection reset"),
]


class TokenEndpoint:
    """BigCommerce's token endpoint, told what to answer."""

    def __init__(self, bigcommerce: BigCommerce, login_url: str) -> None:
        self._endpoint = bigcommerce.token_endpoint
        self._login_url = login_url

    def answers(self, *bodies: object, status: int = 200) -> None:
        """Response with these bodies in turn; one that is not bytes becomes JSON first."""
        for body in bodies:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.fails(_answer(status, content))

    def fails(self, *following: faults.Fault) -> None:
        self._endpoint.next_answers.extend(following)

    def exchange(self) -> Grant:
        return exchange(self._login_url, REQUEST, CREDENTIALS)

    @property
    def asked(self) -> int:
        """How often it was asked."""
        return len(self._endpoint.requests)


def _answer(status: int, content: bytes) -> faults.Fault:
    return lambda _: Response(status, content)


@pytest.fixture
def endpoint(bigcommerce: BigCommerce, login_url: str) -> TokenEndpoint:
    return TokenEndpoint(bigcommerce, login_url)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a tenth of a second for an answer."""
    http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=3, read=0.1), retries=False)
    monkeypatch.setattr(token_exchange, "_http", http)


def test_the_grant_is_the_answer(endpoint: TokenEndpoint, clock: Clock) -> None:
    endpoint.answers(ANSWER)

    assert endpoint.exchange() == Grant(
        client_id=CREDENTIALS.client_id,
        granted_at_ms=clock.now * 1000,
        access_token="the-token",
        scopes=("store_v2_orders", "store_cart"),
        user=BigCommerceUser("2", "assistant@example.com"),
        owner=BigCommerceUser("1", "owner@example.com"),
        context="stores/abc123def4",
        account_uuid="a6b1c2d3-0000-4000-8000-000000000000",
    )


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(ANSWER | {"account_uuid": None}, id="null"),
        pytest.param({name: ANSWER[name] for name in ANSWER if name != "account_uuid"}, id="none"),
    ],
)
def test_an_answer_may_come_without_account_uuid(
    answer: dict[str, Any], endpoint: TokenEndpoint
) -> None:
    endpoint.answers(answer)

    assert endpoint.exchange().account_uuid is None


@pytest.mark.parametrize("username", [None, "", 5])
def test_a_username_decides_nothing(username: object, endpoint: TokenEndpoint) -> None:
    user = {"id": 2, "email": "assistant@example.com", "username": username}
    endpoint.answers(ANSWER | {"user": user})

    assert endpoint.exchange().user.id == "2"


def test_a_connection_may_take_three_seconds_and_an_answer_seven() -> None:
    timeout = token_exchange._http.connection_pool_kw["timeout"]

    assert (timeout.connect_timeout, timeout.read_timeout) == (3, 7)


@pytest.mark.parametrize("fault", PASSING_FAULTS)
@pytest.mark.parametrize("failures", [1, 2])
def test_an_exchange_succeeds_after_at_most_two_failures(
    fault: faults.Fault, failures: int, endpoint: TokenEndpoint
) -> None:
    endpoint.fails(*[fault] * failures)
    endpoint.answers(ANSWER)

    assert endpoint.exchange().access_token == "the-token"
    assert endpoint.asked == failures + 1


@pytest.mark.parametrize("fault", PASSING_FAULTS)
def test_a_third_failure_is_the_last(fault: faults.Fault, endpoint: TokenEndpoint) -> None:
    endpoint.fails(fault, fault, fault)
    endpoint.answers(ANSWER)

    with pytest.raises(BigCommerceUnavailableError):
        endpoint.exchange()
    assert endpoint.asked == 3


def test_the_pause_before_a_retry_grows(
    endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(token_exchange, "PAUSE_SECONDS", 0.2)
    monkeypatch.setattr(time, "sleep", pauses.append)
    endpoint.fails(*[faults.status(500)] * 3)

    with pytest.raises(BigCommerceUnavailableError):
        endpoint.exchange()
    assert pauses == [0.2, 0.4]


@pytest.mark.usefixtures("impatient")
def test_an_answer_that_does_not_come_in_time_is_not_asked_for_again(
    endpoint: TokenEndpoint,
) -> None:
    endpoint.fails(faults.slow(0.3))

    with pytest.raises(BigCommerceTimeoutError):
        endpoint.exchange()
    assert endpoint.asked == 1


def test_a_body_that_trickles_in_ends_at_the_deadline(endpoint: TokenEndpoint) -> None:
    endpoint.fails(faults.byte_by_byte(0.02))

    with pytest.raises(BigCommerceTimeoutError, match="the function's time ran out"):
        within(0.2, endpoint.exchange)
    assert endpoint.asked == 1


def test_a_pause_before_a_retry_ends_at_the_deadline(
    endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_exchange, "PAUSE_SECONDS", 60)
    endpoint.fails(faults.status(500))

    with pytest.raises(BigCommerceTimeoutError):
        within(0.2, endpoint.exchange)
    assert endpoint.asked == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        pytest.param(
            urllib3.exceptions.ConnectTimeoutError(None, "slow"),
            BigCommerceTimeoutError,
            id="no connection in time",
        ),
        pytest.param(
            urllib3.exceptions.NewConnectionError(None, "refused"),  # type: ignore[arg-type]
            BigCommerceUnavailableError,
            id="connection refused",
        ),
        pytest.param(
            urllib3.exceptions.NameResolutionError("login", None, OSError()),  # type: ignore[arg-type]
            BigCommerceUnavailableError,
            id="name unknown",
        ),
        pytest.param(urllib3.exceptions.SSLError("bad"), BigCommerceUnavailableError, id="TLS"),
    ],
)
def test_without_a_connection_three_attempts_are_made(
    error: Exception,
    kind: type[Exception],
    endpoint: TokenEndpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attempts: list[str] = []

    def fail(_method: str, url: str, **_: object) -> None:
        attempts.append(url)
        raise error

    monkeypatch.setattr(token_exchange._http, "request", fail)

    with pytest.raises(BigCommerceUnavailableError) as failure:
        endpoint.exchange()
    assert type(failure.value) is kind
    assert len(attempts) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 418, 422, 499])
def test_a_client_error_refuses_the_code_at_once(status: int, endpoint: TokenEndpoint) -> None:
    endpoint.answers({"error": "invalid_grant"}, status=status)

    with pytest.raises(CodeRefusedError, match=f"^token endpoint answered {status} invalid_grant$"):
        endpoint.exchange()
    assert endpoint.asked == 1


DOUBTFUL = [pytest.param(faults.status(500), id="500"), pytest.param(faults.reset, id="reset")]


@pytest.mark.parametrize("fault", DOUBTFUL)
def test_a_refusal_after_a_try_that_may_have_used_the_code_is_no_refusal(
    fault: faults.Fault, endpoint: TokenEndpoint
) -> None:
    endpoint.fails(fault)
    endpoint.answers({"error": "invalid_grant"}, status=400)

    with pytest.raises(
        BigCommerceUnavailableError, match=r"^token endpoint answered 400 invalid_grant$"
    ):
        endpoint.exchange()
    assert endpoint.asked == 2


@pytest.mark.parametrize(
    "failure",
    [
        urllib3.exceptions.NewConnectionError(None, "refused"),  # type: ignore[arg-type]
        urllib3.exceptions.SSLError("no handshake"),
    ],
    ids=["no connection", "no TLS"],
)
def test_a_refusal_after_a_connection_that_was_never_made_is_a_refusal(
    failure: Exception, endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.answers({"error": "invalid_grant"}, status=400)
    request = token_exchange._http.request
    tries: list[object] = []

    def refused_once(*arguments: Any, **options: Any) -> Any:
        tries.append(arguments)
        if len(tries) == 1:
            raise failure
        return request(*arguments, **options)

    monkeypatch.setattr(token_exchange._http, "request", refused_once)

    with pytest.raises(CodeRefusedError):
        endpoint.exchange()


@contextmanager
def raw_server(*answers: bytes) -> Iterator[tuple[str, list[int]]]:
    """A server that answers each connection with these bytes, and ends it; and who connected."""
    ports: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for answer in answers:
                with suppress(OSError):
                    connection, (_, port) = listener.accept()
                    ports.append(port)
                    connection.recv(65_536)
                    connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)
                    connection.close()

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", ports


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"Content-Length: 500\r\n\r\n{", id="shorter than announced"),
        pytest.param(b'Transfer-Encoding: chunked\r\n\r\n20\r\n{"a', id="within a chunk"),
        pytest.param(b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", id="no gzip"),
    ],
)
def test_an_answer_that_breaks_off_is_not_asked_for_again(answer: bytes) -> None:
    ok = b"HTTP/1.1 200 OK\r\n"
    with raw_server(ok + answer, ok + answer) as (url, ports):
        with pytest.raises(BigCommerceUnavailableError, match=r"the answer breaks off: \w+$"):
            exchange(url, REQUEST, CREDENTIALS)
        assert len(ports) == 1


def test_no_connection_is_kept_over_the_freeze_of_a_function(
    endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Lambda froze in between would be found dead, at the price of a try."""
    endpoint.answers(ANSWER)
    closed: list[bool] = []
    request = token_exchange._http.request

    def watched(*arguments: Any, **options: Any) -> Any:
        response = request(*arguments, **options)
        close = response.close
        monkeypatch.setattr(response, "close", lambda: (closed.append(True), close()))
        return response

    monkeypatch.setattr(token_exchange._http, "request", watched)
    endpoint.exchange()

    assert closed


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html>",
        b"null",
        b"[]",
        b'"the-code"',
        {"error": "the-code"},
        {"error": "The code the-code was used"},
        {"error": "a" * 41},
        {"error": ["invalid_grant"]},
        {"error": None},
        {"message": "invalid_grant"},
        pytest.param(b"[" * 60_000, id="deeply nested"),
    ],
    ids=ascii,
)
def test_a_refusal_puts_nothing_into_the_log_but_a_plain_error_name(
    body: object, endpoint: TokenEndpoint
) -> None:
    endpoint.answers(body, status=400)

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
        pytest.param("", 60, id="nothing"),
        pytest.param("soon", 60, id="a word"),
        pytest.param("-5", 60, id="negative"),
        pytest.param("1" * 5_000, 60, id="number too long to read"),
        pytest.param("<b>5</b>", 60, id="markup"),
    ],
)
def test_a_429_says_how_long_to_wait_and_is_not_asked_for_again(
    retry_after: str, seconds: int, endpoint: TokenEndpoint, clock: Clock
) -> None:
    clock.now = 1_772_323_200  # 2026-03-01T00:00:00Z
    endpoint.fails(lambda _: Response(429, headers={"Retry-After": retry_after}))

    with pytest.raises(BigCommerceBusyError, match=r"^token endpoint answered 429$") as failure:
        endpoint.exchange()
    assert failure.value.retry_after == seconds
    assert f"Try again in {seconds} seconds" in failure.value.message
    assert endpoint.asked == 1


def test_a_429_without_retry_after_asks_for_a_minute(endpoint: TokenEndpoint) -> None:
    endpoint.fails(faults.status(429))

    with pytest.raises(BigCommerceBusyError) as failure:
        endpoint.exchange()
    assert failure.value.retry_after == 60


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 308])
def test_any_other_status_is_no_grant_and_is_not_asked_for_again(
    status: int, endpoint: TokenEndpoint
) -> None:
    endpoint.answers(ANSWER if status == 201 else b"", status=status)

    with pytest.raises(BigCommerceUnavailableError, match=f"^token endpoint answered {status}$"):
        endpoint.exchange()
    assert endpoint.asked == 1


def test_the_credentials_do_not_follow_a_redirect(endpoint: TokenEndpoint, login_url: str) -> None:
    endpoint.fails(faults.redirected(f"{login_url}/oauth2/token"))
    endpoint.answers(ANSWER)

    with pytest.raises(BigCommerceUnavailableError):
        endpoint.exchange()
    assert endpoint.asked == 1


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<!doctype html><title>Sign in</title>", id="HTML"),
        pytest.param(json.dumps(ANSWER).encode()[:40], id="truncated"),
        pytest.param(b"\xff\xfe", id="not text"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="list"),
        pytest.param(b'"the-token"', id="text"),
        pytest.param(b" " * 70_000 + json.dumps(ANSWER).encode(), id="too long"),
        pytest.param(b"[" * 60_000, id="deeply nested"),
    ],
)
def test_an_answer_that_is_no_json_object_makes_no_sense(
    body: bytes, endpoint: TokenEndpoint
) -> None:
    endpoint.answers(body)

    with pytest.raises(BigCommerceUnavailableError, match="the answer makes no sense"):
        endpoint.exchange()
    assert endpoint.asked == 1


@pytest.mark.parametrize("name", ["access_token", "scope", "user", "owner", "context"])
def test_an_answer_without_a_field_makes_no_sense(name: str, endpoint: TokenEndpoint) -> None:
    endpoint.answers({key: value for key, value in ANSWER.items() if key != name})

    with pytest.raises(BigCommerceUnavailableError, match="the answer makes no sense"):
        endpoint.exchange()


NOT_TEXTS: list[Any] = [None, "", 5, True, [], {}, "\ud800"]
NOT_USERS: list[Any] = [
    None,
    5,
    "owner",
    [],
    {},
    {"id": "1", "email": "owner@example.com"},
    {"id": True, "email": "owner@example.com"},
    {"id": 1.0, "email": "owner@example.com"},
    {"id": None, "email": "owner@example.com"},
    {"id": 1},
    {"id": 1, "email": ""},
    {"id": 1, "email": None},
]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name in ("access_token", "scope", "context") for value in NOT_TEXTS),
        *((name, value) for name in ("user", "owner") for value in NOT_USERS),
        ("access_token", "t" * 4097),  # more than KMS encrypts
        ("account_uuid", 5),
        ("account_uuid", ["a"]),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_an_answer_with_a_value_of_another_type_makes_no_sense_and_is_not_quoted(
    name: str, value: object, endpoint: TokenEndpoint
) -> None:
    endpoint.answers(ANSWER | {name: value})

    with pytest.raises(BigCommerceUnavailableError) as failure:
        endpoint.exchange()
    assert failure.value.reason.startswith("the answer makes no sense: ")
    assert failure.value.__suppress_context__  # what is behind it may quote the token
    assert "the-token" not in failure.value.reason


def test_what_is_secret_does_not_show_when_printed() -> None:
    grant = Grant("a", 0, "the-token", (), None, None, "stores/abc", None)  # type: ignore[arg-type]

    assert "the-code" not in repr(REQUEST)
    assert "0" * 64 not in repr(CREDENTIALS)
    assert "the-token" not in repr(grant)
