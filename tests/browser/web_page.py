"""A web page of another origin: an app at its own URL, or a site that has no business here."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class WebPage(ThreadingHTTPServer):
    """Serves `html` at every path, on loopback, without any policy of its own."""

    daemon_threads = True

    def __init__(self, html: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.html = html

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.server_port}"


@contextmanager
def web_page(html: str) -> Iterator[WebPage]:
    """Serve the page until the block ends."""
    with WebPage(html) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: WebPage

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.server.html.encode())

    def log_message(self, *args: object) -> None:
        pass
