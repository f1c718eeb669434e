"""An app's credentials, from Secrets Manager, kept for a while.

A secret that was corrected must work without a deploy, and a flood of forged requests must not
become a flood of Secrets Manager calls: so the secret is kept for five minutes, and read again
earlier only when something failed that a new secret could mend, at most every ten seconds.
"""

import json
import time
from dataclasses import dataclass, field

from . import environment
from .errors import AppNotRegistered

CACHE_SECONDS = 300
RENEWAL_SECONDS = 10
# A missing registration is looked for more often: an engineer is waiting for it to take effect.
UNREGISTERED_SECONDS = 2


@dataclass(frozen=True)
class Credentials:
    """What BigCommerce gives an app at its registration, and its handoff key if it has one."""

    client_id: str
    client_secret: str = field(repr=False)
    handoff_key: str | None = field(default=None, repr=False)


_cache: dict[str, tuple[float, Credentials | None]] = {}
_renewed_at: dict[str, float] = {}


def find(organization_id: str) -> Credentials:
    """The app's credentials.

    Raises:
        AppNotRegistered: the secret holds none yet.
    """
    read_at, credentials = _cache.get(organization_id, (0.0, None))
    kept_for = CACHE_SECONDS if credentials else UNREGISTERED_SECONDS
    if time.time() - read_at >= kept_for:
        credentials = _read(organization_id)
    if credentials is None:
        raise AppNotRegistered("the credentials secret is empty")
    return credentials


def cached(organization_id: str) -> Credentials | None:
    """The app's credentials if they are at hand, without a call."""
    return _cache.get(organization_id, (0.0, None))[1]


def renewed(organization_id: str) -> Credentials | None:
    """The app's credentials read again, or None where that brings nothing new.

    That is so when they were read less than ten seconds ago, or are unchanged, or were removed.
    """
    read_at, known = _cache.get(organization_id, (0.0, None))
    if time.time() - max(read_at, _renewed_at.get(organization_id, 0.0)) < RENEWAL_SECONDS:
        return None
    # Noted first: a Secrets Manager that fails must not be asked again by every forged request.
    _renewed_at[organization_id] = time.time()
    credentials = _read(organization_id)
    return credentials if credentials != known else None


def forget() -> None:
    """Read every secret again at its next use."""
    _cache.clear()
    _renewed_at.clear()


def _read(organization_id: str) -> Credentials | None:
    secret = environment.secretsmanager().get_secret_value(
        SecretId=environment.secret_prefix() + organization_id
    )
    content = json.loads(secret["SecretString"])
    credentials = (
        Credentials(content["client_id"], content["client_secret"], content.get("handoff_key"))
        if content.get("client_id") and content.get("client_secret")
        else None
    )
    _cache[organization_id] = (time.time(), credentials)
    return credentials
