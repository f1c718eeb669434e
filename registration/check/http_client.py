"""HTTP GET as BigCommerce and a merchant's browser send it: redirects are not followed.

Certificates are verified. Names under `localhost` are this machine, as browsers take them (RFC
6761, section 6.3); the system's resolver often does not know them, so the connection goes to the
loopback address and the name into `Host`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, NameResolutionError, SSLError

LOOPBACK = "127.0.0.1"
# API Gateway answers within 30 s, whatever the function does.
_TIMEOUT = urllib3.Timeout(connect=5, read=35)


class UnreachableError(Exception):
    """No HTTP answer came from a URL, or its certificate is not valid; the message says which."""


class UnresolvedError(UnreachableError):
    """The name of a URL's host does not resolve."""


@dataclass(frozen=True)
class Response:
    """An HTTP answer; `headers` is looked up without regard to case, `text` is its body."""

    status: int
    headers: Mapping[str, str]
    text: str


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    return host in {LOOPBACK, "localhost"} or host.endswith(".localhost")


class Client:
    """Sends requests, and keeps connections for the next ones; `timeout` is in seconds."""

    def __init__(self, timeout: urllib3.Timeout | float = _TIMEOUT) -> None:
        self._pool = urllib3.PoolManager(retries=False, timeout=timeout)

    def get(self, url: str, query: Mapping[str, str] | None = None) -> Response:
        """Fetch a URL, with these query parameters in place of its own.

        Raises:
            UnreachableError: no whole answer came. The message holds no query.
        """
        parts = urlsplit(url)
        headers = {"User-Agent": "bigcommerce-registration-check"}
        if parts.scheme == "http" and is_loopback(url):
            headers["Host"] = parts.netloc
            parts = parts._replace(netloc=f"{LOOPBACK}:{parts.port or 80}")
        if query is not None:
            parts = parts._replace(query=urlencode(query))
        try:
            answer = self._pool.request("GET", parts.geturl(), headers=headers, redirect=False)
        except NameResolutionError as error:
            raise UnresolvedError(_explained(error)) from None
        except HTTPError as error:
            raise UnreachableError(_explained(error)) from None
        return Response(answer.status, answer.headers, answer.data.decode(errors="replace"))


def _explained(error: HTTPError) -> str:
    """What went wrong, without the URL: it may hold a signed payload."""
    text = re.sub(r"^\w+\([^)]*\): ", "", str(error))
    return f"no valid certificate: {text}" if isinstance(error, SSLError) else f"no answer: {text}"
