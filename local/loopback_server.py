"""A web application served over HTTP: on the loopback interface alone, a thread a connection."""

import errno
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from werkzeug import Request, Response
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.serving import WSGIRequestHandler, make_server

from ops.http_client import LOOPBACK


class PortError(Exception):
    """The requested port is not available; the message says why, and what to do."""


_REFUSALS = {
    errno.EADDRINUSE: "is in use; stop what listens there or choose another",
    errno.EACCES: "is for the system's administrator; choose one above 1023",
}


@dataclass(frozen=True)
class Server:
    """A running server. `url` is its origin, as browsers and functions reach it."""

    url: str


@contextmanager
def serve_application(
    answer: Callable[[Request], Response], port: int = 0, static: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Serve what `answer` answers until the block ends; `static` has folders by their paths.

    `port` 0 takes a free one. What raises ConnectionResetError is answered with a reset.
    Raises `PortError` for a port that is in use, or not for this user.
    """
    application = _Request.application(answer)
    with _listen(port) as listener:
        server = make_server(
            LOOPBACK,
            listener.getsockname()[1],
            SharedDataMiddleware(application, dict(static or {}), cache=False),
            threaded=True,
            request_handler=_Handler,
            fd=listener.fileno(),
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Server(f"http://localhost:{server.port}")
    finally:
        server.shutdown()
        thread.join()


def is_taken(port: int) -> bool:
    """Whether something listens at the port."""
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def free_port() -> int:
    """A port at which nothing listens now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


class _Request(Request):
    max_content_length = 64 * 1024


class _Handler(WSGIRequestHandler):
    disable_nagle_algorithm = True

    def log(self, *_: object) -> None:
        """Stay silent: paths carry codes and tokens."""

    def connection_dropped(self, *_: object) -> None:
        """Close without lingering: the peer's TCP sees a reset instead of an end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((LOOPBACK, port))
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        raise PortError(f"port {port} {_REFUSALS[error.errno]}") from error
