"""HTTP as BigCommerce speaks it: certificates count, redirects are answers."""

import os
import select
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from ops.errors import CommandError
from ops.http_client import Client, UnreachableError, is_loopback
from ops.network import require_network
from ops.stores.bigcommerce_api import BigCommerceApi, Verdict
from tests.https_server import certificate
from tests.ops.examples import app, registration


class Handler(BaseHTTPRequestHandler):
    """Says what it was asked; `/redirect` is a redirect, `/silent` no answer at all.

    With its password, it is also a proxy to port TLS on this machine.
    """

    tls = 0

    def do_CONNECT(self) -> None:
        if self.headers["Proxy-Authorization"] != "Basic dXNlcjpwQHNz":  # user:p@ss
            self.send_error(407)
            return
        self.send_response(200)
        self.end_headers()
        with socket.create_connection(("127.0.0.1", self.tls)) as server:
            ends = {self.connection: server, server: self.connection}
            while ready := select.select([*ends], [], [])[0]:
                for end in ready:
                    if not (data := end.recv(65536)):
                        return
                    ends[end].sendall(data)

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
def serving(certificate_file: Path | None = None) -> Iterator[int]:
    """The port of a server on loopback; over TLS with a certificate."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if certificate_file is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate_file)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A proxy that takes this machine for api.bigcommerce.com and apps.example.com."""
    file = certificate("api.bigcommerce.com", tmp_path, "apps.example.com")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with serving(file) as Handler.tls, serving() as port:
        yield f"127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("host", "days", "trusted", "said"),
    [
        ("localhost", 1, True, None),
        ("localhost", 1, False, "self-signed certificate"),
        ("localhost", -1, True, "certificate has expired"),
        ("other.example", 1, True, "not valid for 'localhost'"),
    ],
)
def test_only_a_trusted_and_valid_certificate_is_accepted(
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
    with serving(file) as port:
        url = f"https://localhost:{port}/"
        if said is None:
            assert Client().get(url).status == 200
            return
        with pytest.raises(UnreachableError, match=f"^no valid certificate: .*{said}") as raised:
            Client().get(url, {"signed_payload_jwt": "a.b.c"})
    assert "a.b.c" not in str(raised.value)


def test_names_under_localhost_are_this_machine_and_a_redirect_is_an_answer() -> None:
    with serving() as port:
        url = f"http://api.execute-api.localhost:{port}/acme/load"
        answer = Client().get(url, {"a": "b c&d"})
        redirect = Client().get(f"http://localhost:{port}/redirect")
    assert answer.text == f"api.execute-api.localhost:{port} /acme/load?a=b+c%26d"
    assert is_loopback(url)
    assert not is_loopback("https://localhost.example.com")
    assert (redirect.status, redirect.headers["location"]) == (302, "https://example.com/")


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


@pytest.mark.parametrize("scheme", ["", "http://"])
def test_a_proxy_is_used_for_what_is_not_on_this_machine(
    proxy: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"{scheme}user:p%40ss@{proxy}")
    assert Client().get("https://apps.example.com/x").text == "apps.example.com /x"
    require_network(registration(app()))
    with pytest.raises(UnreachableError, match=r"^no answer: .*refused"):
        Client().get("https://localhost:1/x")
    found = BigCommerceApi(registration(app())).verify("abc", "token", set())
    assert found.verdict is Verdict.VALID


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"HTTPS_PROXY": "http://user:s3cret@{proxy}"}, "does not reach it: .*407"),
        ({"HTTPS_PROXY": "http://user:s3cret@127.0.0.1:1"}, "does not reach it: .*refused"),
        ({"HTTPS_PROXY": "http://user:s3#cret@{proxy}"}, "the proxy's, is not valid"),
        ({"HTTPS_PROXY": "socks5://{proxy}"}, "unsupported scheme"),
        ({"HTTPS_PROXY": "{proxy}", "NO_PROXY": "apps.example.com,.bigcommerce.com"}, "resolve"),
        (
            {"HTTPS_PROXY": "user:p%40ss@{proxy}", "SSL_CERT_FILE": os.devnull},
            "no valid certificate",
        ),
    ],
)
def test_what_is_wrong_with_this_machine_is_not_blamed_on_others(
    proxy: str, environment: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    for name, value in environment.items():
        monkeypatch.setenv(name, value.format(proxy=proxy))
    stack = registration(app())
    both = f"apps.example.com: [^\n]*{said}.*login.bigcommerce.com: [^\n]*{said}"
    with pytest.raises(CommandError, match=f"(?s)^Could not reach.*{both}.*SSL_CERT_FILE") as one:
        require_network(stack)
    with pytest.raises(CommandError, match=f"(?s)^Could not reach.*{said}.*SSL_CERT_FILE") as two:
        BigCommerceApi(stack).verify("abc", "token", set())
    assert "cret" not in f"{one.value}{two.value}"
