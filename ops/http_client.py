"""Send HTTP GET as BigCommerce and a merchant's browser do: redirects are not followed.

Certificates are verified. Names under `localhost` are this machine, as in browsers (RFC 6761,
section 6.3). The system's resolver often does not know them, so the connection goes to the loopback
address.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import (
    HTTPError,
    LocationParseError,
    NameResolutionError,
    ProxyError,
    SSLError,
)

_LOOPBACK = "127.0.0.1"
# API Gateway answers within 30 s, whatever the function does.
_TIMEOUT = urllib3.Timeout(connect=5, read=35)


class UnreachableError(Exception):
    """A URL did not answer, or its certificate is not valid; the message says which."""


class UnresolvedError(UnreachableError):
    """A host's name does not resolve, or a proxy does not reach it."""


@dataclass(frozen=True)
class Response:
    """An HTTP answer; lookups in `headers` ignore case."""

    status: int
    headers: Mapping[str, str]
    text: str


def is_loopback(url: str) -> bool:
    """Return whether a URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    return host in {_LOOPBACK, "localhost"} or host.endswith(".localhost")


def proxy_of(url: str) -> str | None:
    """Return the proxy that the environment or the system configures for a URL."""
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    if not proxy or is_loopback(url) or proxy_bypass(parts.netloc):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def pool(proxy: str | None, **options: Any) -> urllib3.PoolManager:
    """Return a connection pool, through a proxy if there is one; HTTPError if it is not a URL."""
    if proxy is None:
        return urllib3.PoolManager(retries=False, **options)
    user = urllib3.util.parse_url(proxy).auth
    headers = urllib3.make_headers(proxy_basic_auth=unquote(user)) if user else None
    return urllib3.ProxyManager(proxy, proxy_headers=headers, retries=False, **options)


class Client:
    """Send requests over kept connections; `timeout` is in seconds."""

    def __init__(self, timeout: urllib3.Timeout | float = _TIMEOUT) -> None:
        self._pool = cache(partial(pool, timeout=timeout))

    def get(self, url: str, query: Mapping[str, str] | None = None) -> Response:
        """Fetch a URL; `query` replaces its query parameters.

        Raises:
            UnreachableError: no whole answer came. The message has no query.
        """
        parts = urlsplit(url)
        headers = {"User-Agent": "bigcommerce-registration-check"}
        if parts.scheme == "http" and is_loopback(url):
            headers["Host"] = parts.netloc
            parts = parts._replace(netloc=f"{_LOOPBACK}:{parts.port or 80}")
        if query is not None:
            parts = parts._replace(query=urlencode(query))
        try:
            connections = self._pool(proxy_of(url))
            answer = connections.request("GET", parts.geturl(), headers=headers, redirect=False)
        except (NameResolutionError, ProxyError) as error:
            raise UnresolvedError(explained(error)) from None
        except HTTPError as error:
            raise UnreachableError(explained(error)) from None
        return Response(answer.status, answer.headers, answer.data.decode(errors="replace"))


def explained(error: HTTPError) -> str:
    """Return the reason without the URL, which may have a signed payload or a password."""
    if isinstance(error, LocationParseError):
        return "no answer: its URL, or the proxy's, is not valid"
    what = "no valid certificate" if isinstance(error, SSLError) else "no answer"
    cause: Exception = error
    if isinstance(error, ProxyError):
        what, cause = "the proxy does not reach it", error.original_error
    text = re.sub(r"^\w+\([^)]*\): ", "", str(cause))
    return f"{what}: {text}"
