"""HTTP to servers on this machine only.

The codes and payloads of the simulated BigCommerce stay on this machine, whatever URLs a stack
outputs. Every request opens a new connection, like a new visitor.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

import urllib3

from ops.http_client import Client, Response, UnreachableError, is_loopback

__all__ = ["Response", "UnreachableError", "get", "post"]


def get(url: str, timeout: float) -> Response:
    """Fetch `url`; `timeout` is in seconds, for the connection and for each read.

    Raises `UnreachableError`, which names the URL without its query, if no whole answer came or
    `url` is not plain HTTP to this machine.
    """
    parts = urlsplit(url)
    shown = parts._replace(query="", fragment="").geturl()
    if parts.scheme != "http" or not is_loopback(url):
        raise UnreachableError(f"{shown} is not an http URL of this machine")
    try:
        return Client(timeout).get(url)
    except UnreachableError as error:
        raise UnreachableError(f"{shown}: {error}") from None


def post(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Response:
    """Send `body` to `url`, plain HTTP to this machine; `timeout` as in `get`.

    Raises urllib3's `HTTPError` if no whole answer came.
    """
    parts = urlsplit(url)
    pool = urllib3.HTTPConnectionPool("127.0.0.1", parts.port, timeout=timeout, retries=False)
    given = {**headers, "Host": parts.netloc}
    with pool:
        answer = pool.urlopen("POST", parts.path, body=body, headers=given)
    return Response(answer.status, answer.headers, answer.data.decode(errors="replace"))
