"""HTTP GET to servers of this machine, by the names a browser would use.

Browsers resolve every name under `localhost` to the loopback address (RFC 6761, section 6.3), and
the embedded AWS tells its APIs apart by such names. Python asks the system's resolver, which often
knows only `localhost` itself: so the connection goes to 127.0.0.1 and the name into `Host`.
"""

import time
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, urlsplit

LOOPBACK = "127.0.0.1"


class UnreachableError(Exception):
    """No whole HTTP answer came from a URL; the message names it without its query."""


@dataclass(frozen=True)
class Response:
    """An HTTP answer as it came: redirects are not followed, error statuses are not raised.

    `headers` is looked up without regard to case; `milliseconds` is from before the connection is
    made until the body's last byte.
    """

    status: int
    headers: Message
    body: bytes
    milliseconds: float

    @property
    def text(self) -> str:
        """The body as UTF-8 text, with a replacement character for what is not."""
        return self.body.decode(errors="replace")


def get(url: str, timeout: float) -> Response:
    """Fetch `url`; `timeout` is in seconds, for the connection and for each read.

    Raises:
        UnreachableError: the connection failed, took too long, or broke off; or `url` is not
            plain HTTP to `localhost`, a name under it, or 127.0.0.1.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or not _is_loopback(parts.hostname or ""):
        raise UnreachableError(f"{_without_query(parts)} is not an http URL of this machine")
    connection = HTTPConnection(LOOPBACK, parts.port or 80, timeout=timeout)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    started = time.perf_counter()
    try:
        connection.request("GET", target, headers={"Host": parts.netloc})
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, HTTPException) as error:
        reason = str(error) or type(error).__name__
        raise UnreachableError(f"no answer from {_without_query(parts)}: {reason}") from error
    finally:
        connection.close()
    milliseconds = (time.perf_counter() - started) * 1000
    return Response(answer.status, answer.headers, body, milliseconds)


def _is_loopback(hostname: str) -> bool:
    return hostname in {LOOPBACK, "localhost"} or hostname.endswith(".localhost")


def _without_query(parts: SplitResult) -> str:
    return parts._replace(query="", fragment="").geturl()
