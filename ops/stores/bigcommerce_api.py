"""Verify an access token with BigCommerce, and get the store's domain.

Source: BigCommerce's REST API reference, "Store Information" (`GET /v2/store`), "HTTP status
codes" and "Rate limits". The answer has addresses too: only the domain is kept.
"""

import json
import re
import time
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial

import urllib3
from urllib3.exceptions import (
    HTTPError,
    LocationValueError,
    NameResolutionError,
    ProxyError,
    SSLError,
)

from ops.errors import CommandError
from ops.http_client import explained, is_loopback, pool, proxy_of
from ops.network import CHECK_MACHINE
from portal.model import Registration

ATTEMPTS = 3
PAUSE_SECONDS = 1.0
# BigCommerce's quota is for 30 seconds.
LONGEST_PAUSE_SECONDS = 30.0

_TIMEOUT = urllib3.Timeout(connect=5, read=20)
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", re.ASCII | re.IGNORECASE)
# The scopes that show the store's information.
_INFORMATION = {"store_v2_information", "store_v2_information_read_only"}

# BigCommerce's name and certificate are right: the fault is this machine's or its network's.
_LOCAL_FAULTS = (LocationValueError, NameResolutionError, ProxyError, SSLError)


class Verdict(StrEnum):
    """Whether a token is valid."""

    VALID = "valid"
    REFUSED = "refused"
    CONSENT = "consent pending"
    CLOSED = "store closed"
    UNREADABLE = "cannot be decrypted"
    UNKNOWN = "unknown"


# The stored token does not work, so `purge --dead` may delete the store's record.
DEAD = {Verdict.REFUSED, Verdict.CLOSED, Verdict.UNREADABLE}


@dataclass(frozen=True)
class Answer:
    """A verdict, the store's domain if BigCommerce returned it, and the reason."""

    verdict: Verdict
    domain: str | None = None
    reason: str = ""


class BigCommerceApi:
    """BigCommerce's API for stores; threads may share it."""

    def __init__(self, registration: Registration) -> None:
        # If the login service is simulated on this machine, so is the API.
        simulated = is_loopback(registration.login_url)
        self._url = registration.login_url if simulated else "https://api.bigcommerce.com"
        self._pool = cache(partial(pool, timeout=_TIMEOUT, maxsize=16))

    def verify(self, store_hash: str, access_token: str, scopes: set[str]) -> Answer:
        """Verify a store's token, which was granted these scopes; retry an unclear answer.

        Raises:
            CommandError: this machine cannot reach BigCommerce.
        """
        answer = Answer(Verdict.UNKNOWN)
        for attempt in range(1, ATTEMPTS + 1):
            pause = PAUSE_SECONDS * attempt
            try:
                response = self._pool(proxy_of(self._url)).request(
                    "GET",
                    f"{self._url}/stores/{store_hash}/v2/store",
                    headers={"X-Auth-Token": access_token, "Accept": "application/json"},
                    redirect=False,
                )
            except _LOCAL_FAULTS as error:
                if attempt == ATTEMPTS:
                    raise CommandError(
                        f"Could not reach BigCommerce: {explained(error)}\n{CHECK_MACHINE}"
                    ) from None
            except HTTPError as error:
                answer = Answer(Verdict.UNKNOWN, reason=f"no answer: {type(error).__name__}")
            else:
                answer = _answer(response.status, response.data, scopes)
                reset = response.headers.get("X-Rate-Limit-Time-Reset-Ms", "")
                if reset.isdecimal():
                    pause = min(int(reset) / 1000, LONGEST_PAUSE_SECONDS)
            if answer.verdict is not Verdict.UNKNOWN or attempt == ATTEMPTS:
                return answer
            time.sleep(pause)
        return answer


def _answer(status: int, body: bytes, scopes: set[str]) -> Answer:
    match status:
        case 200:
            return Answer(Verdict.VALID, _domain(body))
        case 401:
            reason = "the app was uninstalled, or the store has a newer token"
            return Answer(Verdict.REFUSED, reason=reason)
        case 403 if scopes.isdisjoint(_INFORMATION):
            return Answer(Verdict.VALID, reason="no scope that shows its domain")
        case 403:
            return Answer(Verdict.CONSENT, reason="the scopes or the owner changed")
        case 404 | 410:
            return Answer(Verdict.CLOSED, reason="the store does not exist at BigCommerce")
    return Answer(Verdict.UNKNOWN, reason=f"HTTP {status}")


def _domain(body: bytes) -> str | None:
    """Return the domain of an answer if it is well-formed: it is stored, and shown in terminals."""
    try:
        domain = json.loads(body)["domain"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return domain if isinstance(domain, str) and _DOMAIN.fullmatch(domain) else None
