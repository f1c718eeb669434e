"""The server: where it listens, what it refuses, how it ends."""

import errno
import http.client
import socket
from urllib.parse import urlsplit

import pytest
import urllib3

from local import loopback_http
from local.bigcommerce import BigCommerce, PortError, Server, serve
from local.bigcommerce import server as server_module
from registration.check.http_client import UnreachableError


def test_it_listens_on_loopback_alone(server: Server) -> None:
    parts = urlsplit(server.url)
    assert (parts.scheme, parts.hostname) == ("http", "localhost")
    with socket.create_connection(("127.0.0.1", parts.port or 0)) as connection:
        assert connection.getpeername()[0] == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", parts.port or 0))


def test_a_port_can_be_chosen_and_a_taken_one_is_named(bigcommerce: BigCommerce) -> None:
    with serve(bigcommerce) as first:
        port = urlsplit(first.url).port
        assert port
        with pytest.raises(PortError, match=f"^port {port} is in use; stop what"):
            serve(bigcommerce, port).__enter__()
    with serve(bigcommerce, port) as second:
        assert second.url == first.url


def test_a_port_that_is_not_for_this_user_is_named(
    bigcommerce: BigCommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(server_module, "_Server", refuse)  # for root, no port is refused
    with pytest.raises(PortError, match=r"^port 80 .* choose one above 1023$"):
        serve(bigcommerce, 80).__enter__()


def test_other_errors_of_listening_are_not_renamed(
    bigcommerce: BigCommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "LOOPBACK", "192.0.2.1")
    with pytest.raises(OSError, match="assign"):
        serve(bigcommerce).__enter__()


def test_it_ends_with_the_block(bigcommerce: BigCommerce) -> None:
    with serve(bigcommerce) as server:
        pass
    with pytest.raises(UnreachableError):
        loopback_http.get(server.url, 1)


def test_a_connection_serves_many_requests(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(server.url).port or 0)
    for _ in range(2):
        connection.request("GET", "/static/panel.css")
        response = connection.getresponse()
        assert response.headers["Content-Type"] == "text/css; charset=utf-8"
        assert response.read()
    connection.close()


@pytest.mark.parametrize("length", ["", "x", "-1"])
def test_a_body_needs_a_length(server: Server, length: str) -> None:
    headers = {"Content-Length": length} if length else {"Transfer-Encoding": "chunked"}
    answer = urllib3.request("POST", f"{server.url}/oauth2/token", headers=headers, retries=False)
    assert answer.status == 411


def test_a_large_body_is_not_read(server: Server) -> None:
    answer = urllib3.request(
        "POST", f"{server.url}/switch", headers={"Content-Length": "70000"}, retries=False
    )
    assert answer.status == 413


@pytest.mark.parametrize(
    "path", ["/static/server.py", "/static/..%2fserver.py", "/nothing", "/oauth2/token", "/manage"]
)
def test_unknown_addresses_are_pages_too(server: Server, path: str) -> None:
    response = loopback_http.get(server.url + path, 5)
    assert response.status == 404
    assert "Not found" in response.text
