"""HTTP to servers on this machine only.

The codes and payloads of the simulated BigCommerce stay on this machine, whatever URLs a stack
outputs. Every request opens a new connection, like a new visitor.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

LOOPBACK = "127.0.0.1"


class UnreachableError(Exception):
    """No HTTP answer came from a URL; the message names it without its query."""


@dataclass(frozen=True)
class Response:
    """An HTTP answer; `headers` is looked up without regard to case."""

    status: int
    headers: Mapping[str, str]
    text: str


def is_loopback(url: str) -> bool:
    """Return whether a URL leads to this machine, as browsers see it (RFC 6761, section 6.3)."""
    host = urlsplit(url).hostname or ""
    return host in {LOOPBACK, "localhost"} or host.endswith(".localhost")


def get(url: str, timeout: float) -> Response:
    """Fetch `url`; `timeout` is in seconds, for the connection and for each read.

    Raises `UnreachableError` if no whole answer came, or if `url` is not plain HTTP to this
    machine.
    """
    parts = urlsplit(url)
    shown = parts._replace(query="", fragment="").geturl()
    if parts.scheme != "http" or not is_loopback(url):
        raise UnreachableError(f"{shown} is not an http URL of this machine")
    try:
        return _request("GET", url, timeout)
    except HTTPError as error:
        raise UnreachableError(f"{shown}: no answer: {error}") from None


def post(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Response:
    """Send `body` to `url`, plain HTTP to this machine; `timeout` as in `get`.

    Raises urllib3's `HTTPError` if no whole answer came.
    """
    return _request("POST", url, timeout, body, headers)


def _request(
    method: str,
    url: str,
    timeout: float,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Connect to the loopback address: a resolver may not know names under `localhost`."""
    parts = urlsplit(url)
    pool = urllib3.HTTPConnectionPool(LOOPBACK, parts.port or 80, timeout=timeout, retries=False)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    with pool:
        answer = pool.request(
            method,
            target,
            body=body,
            headers={**(headers or {}), "Host": parts.netloc},
            redirect=False,
        )
    return Response(answer.status, answer.headers, answer.data.decode(errors="replace"))
