"""The connection to the token endpoint: where there is none, or it does not hold, or breaks off."""

import json
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path
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


@pytest.mark.parametrize(
    ("name", "trusted", "valid"),
    [
        pytest.param("127.0.0.1", True, True, id="valid"),
        pytest.param("127.0.0.1", False, False, id="signed by nobody who is trusted"),
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
