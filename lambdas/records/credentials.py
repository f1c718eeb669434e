"""An app's credentials, from Secrets Manager, cached for five minutes.

A corrected secret must work without a deployment, so it is read again when something failed that a
new secret could fix. A flood of forged requests must not become a flood of Secrets Manager calls,
so that happens at most every ten seconds.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from ..shared import aws, environment
from ..shared.errors import (
    AppNotRegisteredError,
    CallbackError,
    CredentialsUnreadableError,
    SecretGoneError,
)
from ..shared.log import logger
from ..shared.text import json_object

T = TypeVar("T")

CACHE_SECONDS = 300
RENEWAL_SECONDS = 10
# A missing registration is read more often: an engineer is waiting for it to take effect.
UNREGISTERED_SECONDS = 2
# While Secrets Manager fails, credentials are used for this long: an uninstall comes only once.
FAILING_SECONDS = 3600

# Secrets Manager returns the second while a deleted secret can still be restored (its API
# reference, GetSecretValue).
_GONE = {"ResourceNotFoundException", "InvalidRequestException"}


@dataclass(frozen=True)
class Credentials:
    """An app's credentials at BigCommerce, and its handoff key if it has one."""

    client_id: str
    client_secret: str = field(repr=False)
    handoff_key: str | None = field(default=None, repr=False)


@dataclass
class _Known:
    """The cached content of an app's secret; None for no credentials. Times are epoch seconds.

    `requested_at` is the time of the last request, also if it failed.
    """

    credentials: Credentials | None = None
    read_at: float = 0.0
    requested_at: float = 0.0


_secrets: dict[str, _Known] = {}


def use(
    organization_id: str, attempt: Callable[[Credentials], T], *, refusal: type[CallbackError]
) -> T:
    """Return what an attempt with the app's credentials returns; raises what `find` does.

    If the attempt raises `refusal`, and the credentials were corrected meanwhile, it is repeated
    with those.
    """
    try:
        return attempt(find(organization_id))
    except refusal:
        newer = _renewed(organization_id)
        if newer is None:
            raise
        return attempt(newer)


def find(organization_id: str) -> Credentials:
    """Return the app's credentials.

    Raises:
        AppNotRegisteredError: the secret contains none.
        CredentialsUnreadableError: Secrets Manager failed, and there are none from the last hour.
    """
    known = _secrets.setdefault(organization_id, _Known())
    if _is_due(known):
        try:
            _read(organization_id)
        except CredentialsUnreadableError as error:
            if known.credentials is None or time.time() - known.read_at >= FAILING_SECONDS:
                raise
            logger.warning("using the cached credentials", reason=error.reason)
    return _required(known)


def read(organization_id: str) -> Credentials:
    """Return the app's credentials as Secrets Manager has them now; raises what `find` does."""
    known = _secrets.setdefault(organization_id, _Known())
    _read(organization_id)
    return _required(known)


def cached(organization_id: str) -> Credentials | None:
    """Return the app's credentials if they are cached."""
    known = _secrets.get(organization_id)
    return known.credentials if known else None


def _required(known: _Known) -> Credentials:
    if known.credentials is None:
        raise AppNotRegisteredError("the credentials secret has no client_id and client_secret")
    return known.credentials


def _is_due(known: _Known) -> bool:
    now = time.time()
    age = now - known.read_at
    if known.credentials is None:
        return age >= UNREGISTERED_SECONDS
    if age >= FAILING_SECONDS:
        return True
    return age >= CACHE_SECONDS and now - known.requested_at >= RENEWAL_SECONDS


def _renewed(organization_id: str) -> Credentials | None:
    """Read the app's credentials again; None if they are unchanged or gone, or read just now."""
    known = _secrets[organization_id]
    before = known.credentials
    if time.time() - known.requested_at < RENEWAL_SECONDS:
        return None
    _read(organization_id)
    return known.credentials if known.credentials != before else None


def _read(organization_id: str) -> None:
    known = _secrets[organization_id]
    # Set first: if Secrets Manager fails, forged requests must not cause a call each.
    known.requested_at = time.time()
    try:
        secret = aws.secretsmanager().get_secret_value(
            SecretId=environment.secret_prefix() + organization_id
        )
    except aws.CALL_ERRORS as error:
        if aws.error_code(error) in _GONE:
            raise SecretGoneError(aws.failure_reason(error)) from error
        raise CredentialsUnreadableError(aws.failure_reason(error)) from error
    known.credentials, known.read_at = _parsed(secret.get("SecretString", "")), time.time()


def _parsed(secret: str) -> Credentials | None:
    """Return the credentials in a secret, which people may have edited; None if it has none."""
    content = json_object(secret) or {}
    client_id, client_secret, handoff_key = (
        value if isinstance(value, str) and value else None
        for value in map(content.get, ("client_id", "client_secret", "handoff_key"))
    )
    if client_id is None or client_secret is None:
        return None
    return Credentials(client_id, client_secret, handoff_key)
