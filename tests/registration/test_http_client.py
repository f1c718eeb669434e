"""HTTP as BigCommerce speaks it: certificates count, redirects are answers."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from registration.check.http_client import Client, UnreachableError, is_loopback
from tests.https_server import certificate


class Handler(BaseHTTPRequestHandler):
    """Says what it was asked; `/redirect` is a redirect, `/silent` no answer at all."""

    def do_GET(self) -> None:
        if self.path.startswith("/silent"):
            return
        self.send_response(302 if self.path == "/redirect" else 200)
        self.send_header("Location", "https://example.com/")
        self.end_headers()
        self.wfile.write(f"{self.headers['Host']} {self.path}".encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a server on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@contextmanager
def serving_https(file: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with serving(context) as port:
        yield f"https://localhost:{port}/"


@pytest.mark.parametrize(
    ("host", "days", "trusted", "said"),
    [
        ("localhost", 1, True, None),
        ("localhost", 1, False, "self-signed certificate"),
        ("localhost", -1, True, "certificate has expired"),
        ("other.example", 1, True, "not valid for 'localhost'"),
    ],
)
def test_certificates_count(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    host: str,
    days: int,
    trusted: bool,
    said: str | None,
) -> None:
    file = certificate(host, tmp_path, days=days)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with serving_https(file) as url:
        if said is None:
            assert Client().get(url).status == 200
            return
        with pytest.raises(UnreachableError, match=f"^no valid certificate: .*{said}") as raised:
            Client().get(url, {"signed_payload_jwt": "a.b.c"})
    assert "a.b.c" not in str(raised.value)


def test_names_under_localhost_are_this_machine() -> None:
    with serving() as port:
        url = f"http://api.execute-api.localhost:{port}/acme/load"
        answer = Client().get(url, {"a": "b c&d"})
    assert answer.text == f"api.execute-api.localhost:{port} /acme/load?a=b+c%26d"
    assert is_loopback(url)
    assert not is_loopback("https://localhost.example.com")


def test_a_redirect_is_an_answer() -> None:
    with serving() as port:
        answer = Client().get(f"http://localhost:{port}/redirect")
    assert (answer.status, answer.headers["location"]) == (302, "https://example.com/")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://localhost:1/x", "refused"),
        ("https://nowhere.invalid/x", "nowhere.invalid"),
        ("http://localhost:{port}/silent", "closed connection"),
    ],
)
def test_no_answer_is_said_without_the_query(url: str, said: str) -> None:
    with serving() as port, pytest.raises(UnreachableError, match=f"no answer: .*{said}") as raised:
        Client().get(url.format(port=port), {"signed_payload_jwt": "a.b.c"})
    assert "a.b.c" not in str(raised.value)
