"""The server: where it listens, and the ports that it refuses."""

import errno
import socket
from urllib.parse import urlsplit

import pytest

from local.bigcommerce import BigCommerce, PortError, Server, serve


def test_it_listens_on_loopback_only(server: Server) -> None:
    parts = urlsplit(server.url)
    assert (parts.scheme, parts.hostname) == ("http", "localhost")
    with socket.create_connection(("127.0.0.1", parts.port or 0)) as connection:
        assert connection.getpeername()[0] == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", parts.port or 0))


def test_a_reserved_port_is_named(
    bigcommerce: BigCommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "")

    monkeypatch.setattr(socket, "create_server", refuse)  # root may use any port
    with pytest.raises(PortError, match=r"^Port 80 .* Choose one above 1023\.$"):
        serve(bigcommerce, 80).__enter__()
