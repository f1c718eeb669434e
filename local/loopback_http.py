"""HTTP GET to servers of this machine alone, by the names a browser would use.

`registration.check.http_client`, which says how names under `localhost` are reached, calls any
machine. The codes and payloads of the simulated BigCommerce stay on this one, whatever a stack's
outputs say. Every request has a connection of its own, as those of many visitors have.
"""

from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, urlsplit

from registration.check.http_client import LOOPBACK, UnreachableError, is_loopback


@dataclass(frozen=True)
class Response:
    """An HTTP answer as it came: redirects are not followed, error statuses are not raised.

    `headers` is looked up without regard to case.
    """

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8 text, with a replacement character for what is not."""
        return self.body.decode(errors="replace")


def get(url: str, timeout: float) -> Response:
    """Fetch `url`; `timeout` is in seconds, for the connection and for each read.

    Raises:
        UnreachableError: the connection failed, took too long, or broke off; or `url` is not
            plain HTTP to this machine. The message names the URL without its query.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or not is_loopback(url):
        raise UnreachableError(f"{_without_query(parts)} is not an http URL of this machine")
    connection = HTTPConnection(LOOPBACK, parts.port or 80, timeout=timeout)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        connection.request("GET", target, headers={"Host": parts.netloc})
        answer = connection.getresponse()
        return Response(answer.status, answer.headers, answer.read())
    except (OSError, HTTPException) as error:
        reason = str(error) or type(error).__name__
        raise UnreachableError(f"no answer from {_without_query(parts)}: {reason}") from error
    finally:
        connection.close()


def _without_query(parts: SplitResult) -> str:
    return parts._replace(query="", fragment="").geturl()
