"""The server: where it listens, what it refuses, how it ends."""

import errno
import socket
from urllib.parse import urlsplit

import pytest

from local import loopback_http
from local.bigcommerce import BigCommerce, PortError, Server, serve
from ops.http_client import UnreachableError


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
    with pytest.raises(UnreachableError):  # it has ended with its block
        loopback_http.get(first.url, 1)
    with serve(bigcommerce, port) as second:
        assert second.url == first.url


def test_a_port_that_is_not_for_this_user_is_named(
    bigcommerce: BigCommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "")

    monkeypatch.setattr(socket, "create_server", refuse)  # for root, no port is refused
    with pytest.raises(PortError, match=r"^port 80 .* choose one above 1023$"):
        serve(bigcommerce, 80).__enter__()
