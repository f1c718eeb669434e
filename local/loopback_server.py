"""Serves a web application over HTTP on the loopback interface, one thread per connection."""

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

from local.loopback_http import LOOPBACK


class PortError(Exception):
    """The requested port is not available; the message says why, and what to do."""


_REFUSALS = {
    errno.EADDRINUSE: "is in use. Stop the process that listens there, or choose another",
    errno.EACCES: "is reserved for the system. Choose one above 1023",
}


@dataclass(frozen=True)
class Server:
    """A running server. `url` is its origin for browsers and functions."""

    url: str


@contextmanager
def serve_application(
    answer: Callable[[Request], Response], port: int = 0, static: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Serve an application until the block ends. `static` maps URL paths to folders.

    `port` 0 means a free one. If `answer` raises ConnectionResetError, the connection is reset.
    Raises `PortError` for a port that is in use or reserved.
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
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
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
        """Log nothing: paths contain codes and tokens."""

    def connection_dropped(self, *_: object) -> None:
        """Close without lingering, so that the peer sees a reset."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((LOOPBACK, port))
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        raise PortError(f"Port {port} {_REFUSALS[error.errno]}.") from error
