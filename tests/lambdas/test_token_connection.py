"""The connection to the token endpoint: where there is none, or it does not hold, or breaks off."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import urllib3

from lambdas.callbacks import token_exchange
from lambdas.callbacks.token_exchange import exchange
from lambdas.shared import https
from lambdas.shared.errors import (
    BigCommerceTimeoutError,
    BigCommerceUnavailableError,
    CodeRefusedError,
)
from tests.https_server import certificate, serve
from tests.lambdas.token_requests import ANSWER, CREDENTIALS, REQUEST, TokenEndpoint


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
    endpoint.answers({"error": "invalid_grant"}, status=400)

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


@pytest.fixture
def tls_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str, bool], tuple[str, list[str]]]]:
    """Serves HTTPS with a certificate for an address, trusted or not; gives what it is asked."""
    asked: list[str] = []

    def answer(request: BaseHTTPRequestHandler, _body: bytes) -> tuple[dict[str, str], bytes]:
        asked.append(request.requestline)
        return {}, json.dumps(ANSWER).encode()

    with ExitStack() as servers:

        def start(name: str, trusted: bool) -> tuple[str, list[str]]:
            file = certificate(name, tmp_path)
            if trusted:
                monkeypatch.setenv("SSL_CERT_FILE", str(file))
            host = servers.enter_context(serve(answer, file))
            return f"https://{host}", asked

        monkeypatch.setattr(https, "client", cache(https.client.__wrapped__))
        yield start


@pytest.mark.parametrize(
    ("name", "trusted"),
    [
        pytest.param("127.0.0.1", False, id="signed by nobody who is trusted"),
        pytest.param("127.0.0.2", True, id="of another host"),
    ],
)
def test_neither_code_nor_secret_is_sent_to_a_server_whose_certificate_does_not_hold(
    name: str, trusted: bool, tls_server: Callable[[str, bool], tuple[str, list[str]]]
) -> None:
    url, asked = tls_server(name, trusted)

    with pytest.raises(BigCommerceUnavailableError, match=r"^no connection: SSLError$"):
        exchange(url, REQUEST, CREDENTIALS)
    assert asked == []


def test_a_server_whose_certificate_holds_is_asked(
    tls_server: Callable[[str, bool], tuple[str, list[str]]],
) -> None:
    url, asked = tls_server("127.0.0.1", True)

    assert exchange(url, REQUEST, CREDENTIALS).access_token == "the-token"
    assert asked == ["POST /oauth2/token HTTP/1.1"]


def test_a_connection_ends_where_its_answer_is_longer_than_what_is_read() -> None:
    with (
        serve(lambda *_: ({}, b"longer")) as host,
        https.request("POST", f"http://{host}", json={}, timeout=token_exchange.TIMEOUT) as answer,
    ):
        connection = answer.connection
        assert answer.read(1) == b"l"
        assert connection is not None
        assert not connection.is_closed
    assert connection.is_closed


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
