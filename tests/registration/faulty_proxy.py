"""A server between the check and the deployment, to give the check something to find."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from local.loopback_http import get


@dataclass
class Response:
    """What the deployment answered, to be changed."""

    path: str
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class FaultyProxy:
    """Hands each request on to `behind`, and changes the reply with `change`.

    Attributes:
        behind: the deployment's base URL.
        url: the base URL it serves.
        change: told of each reply before it is sent.
        paths: what was asked for, queries left out.
    """

    behind: str
    url: str = ""
    change: Callable[[Response], None] = lambda _: None
    paths: list[str] = field(default_factory=list)


@contextmanager
def faulty_proxy(behind: str) -> Iterator[FaultyProxy]:
    """Serve on a free loopback port until the block ends."""
    meddling = FaultyProxy(behind)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            meddling.paths.append(self.path.partition("?")[0])
            answer = get(meddling.behind + self.path, 30)
            headers = {
                name: value
                for name, value in answer.headers.items()
                if name.lower() not in {"transfer-encoding", "connection", "content-length"}
            }
            reply = Response(self.path, answer.status, headers, answer.body)
            meddling.change(reply)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        meddling.url = f"http://127.0.0.1:{server.server_address[1]}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield meddling
        server.shutdown()
