"""The simulated BigCommerce over HTTP: on the loopback interface alone, a thread a connection."""

import errno
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from local.bigcommerce import pages
from local.bigcommerce.control_panel import ControlPanel
from local.bigcommerce.install_links import InstallLinks
from local.bigcommerce.messages import NotFoundError, Request, Response
from local.bigcommerce.simulation import BigCommerce
from registration.check.http_client import LOOPBACK

MAXIMUM_BODY_BYTES = 64 * 1024
IDLE_TIMEOUT_SECONDS = 30


class PortError(Exception):
    """The port that was asked for cannot be had; the message says why, and what to do."""


_REFUSALS = {
    errno.EADDRINUSE: "is in use; stop what listens there or choose another",
    errno.EACCES: "is for the system's administrator; choose one above 1023",
}


@dataclass(frozen=True)
class Server:
    """A running server. `url` is its origin, as browsers and functions reach it."""

    url: str


@contextmanager
def serve(bigcommerce: BigCommerce, port: int = 0) -> Iterator[Server]:
    """Serve the token endpoint, the install links and the control panel until the block ends.

    `port` 0 takes a free one.

    Raises:
        PortError: the port is in use, or not for this user.
    """
    with _listen(port, _site(bigcommerce)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield Server(f"http://localhost:{server.server_address[1]}")
        finally:
            server.shutdown()
            thread.join()


Site = Callable[[Request], Response]


def _site(bigcommerce: BigCommerce) -> Site:
    install_links = InstallLinks(bigcommerce)
    control_panel = ControlPanel(bigcommerce)

    def answer(request: Request) -> Response:
        try:
            match request.method, *request.segments:
                case "POST", "oauth2", "token":
                    return bigcommerce.token_endpoint.answer(request)
                case "GET", "static", name:
                    return pages.static(name)
                case _, "app", client_id, *rest:
                    return install_links.answer(request, client_id, rest)
                case _:
                    return control_panel.answer(request)
        except NotFoundError as error:
            return pages.not_found(str(error))

    return answer


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, site: Site) -> None:
        self.site = site
        super().__init__((LOOPBACK, port), _Handler)

    def shutdown_request(self, request: Any) -> None:
        """Close at once: an orderly shutdown first would turn a reset into an end."""
        self.close_request(request)


def _listen(port: int, site: Site) -> _Server:
    try:
        return _Server(port, site)
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        raise PortError(f"port {port} {_REFUSALS[error.errno]}") from error


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_TIMEOUT_SECONDS
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        """Serve the connection until either side ends it, however rudely."""
        with suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        """Response a GET."""
        self._respond(b"")

    def do_POST(self) -> None:
        """Response a POST with a body of a stated, bounded length."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            self.send_error(411)
        elif int(length) > MAXIMUM_BODY_BYTES:
            self.send_error(413)
        else:
            self._respond(self.rfile.read(int(length)))

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: paths carry codes."""

    def _respond(self, body: bytes) -> None:
        path = unquote(urlsplit(self.path).path)
        content_type = self.headers.get("Content-Type", "")
        try:
            answer = self.server.site(Request(self.command, path, content_type, body))
        except ConnectionResetError:
            self._reset()
        else:
            self._send(answer)

    def _send(self, answer: Response) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if not answer.seconds_per_byte:
            self.wfile.write(answer.body)
            return
        for byte in answer.body:
            time.sleep(answer.seconds_per_byte)
            self.wfile.write(bytes([byte]))

    def _reset(self) -> None:
        """Close without lingering: the peer's TCP sees a reset instead of an end."""
        self.close_connection = True
        no_linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
