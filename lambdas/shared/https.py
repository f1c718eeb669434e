"""HTTPS requests to BigCommerce and Rutter: a new connection for each, certificates loaded once.

A connection kept while Lambda freezes the function is usually dead afterwards. A request sent on it
may or may not have arrived.
"""

import math
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

import urllib3
from urllib3.exceptions import InvalidHeader

# The Retry-After of an answer that has none, and the longest that is passed on.
RETRY_AFTER_SECONDS = 60
LONGEST_RETRY_AFTER_SECONDS = 3600

_retry_after = urllib3.Retry(retry_after_max=LONGEST_RETRY_AFTER_SECONDS)


@cache
def client() -> urllib3.PoolManager:
    """Return the pool that sends requests, with the certificates that the system trusts.

    By itself, urllib3 loads them again for every connection, which takes 18 ms.
    """
    return urllib3.PoolManager(retries=False, ssl_context=ssl.create_default_context())


@contextmanager
def request(
    method: str,
    url: str,
    *,
    json: Mapping[str, str] | None,
    timeout: urllib3.Timeout,
    headers: Mapping[str, str] | None = None,
) -> Iterator[urllib3.BaseHTTPResponse]:
    """Send a request once, and follow no redirect; its answer can be read within the block."""
    http = client()
    response = http.request(
        method,
        url,
        json=json,
        headers=headers,
        timeout=timeout,
        redirect=False,
        preload_content=False,
    )
    try:
        yield response
    finally:
        response.close()
        http.clear()  # the pool has the connection if the answer was read to its end


def retry_after_seconds(retry_after: str | None) -> int:
    """Return the whole seconds of a Retry-After header, also if it is a date (RFC 9110, 10.2.3)."""
    try:
        seconds = _retry_after.parse_retry_after(retry_after or "")
    except (InvalidHeader, ValueError, OverflowError):
        return RETRY_AFTER_SECONDS
    return max(math.ceil(seconds), 1)
