"""The signed payload: the JWT in which BigCommerce names the store and the user of a callback.

Source of every rule: BigCommerce's single-click app documentation, "signed payload".
"""

import time
from collections.abc import Mapping
from typing import Any

import jwt

from ..records.claims import LEEWAY_SECONDS, LIFETIME_SECONDS, BigCommerceUser, SignedPayload
from ..shared.errors import InvalidSignedPayloadError
from . import tolerant

ISSUER = "bc"


def verify(token: str, *, client_id: str, client_secret: str) -> SignedPayload:
    """Verify a signed payload and return its claims.

    The algorithm must be HS256, with the client secret's UTF-8 bytes as its key. The audience must
    be the client ID as a single string, and the issuer `bc`. The time must be between `nbf` and
    `exp`, and at most 24 hours after `iat`; clocks may differ by ten seconds. `sub` must name a
    store, and both users must have an ID. Other claims are kept if they can be read.

    Raises:
        InvalidSignedPayloadError: anything is wrong. Its reason says what; its message does not.
    """
    if "=" in token:  # PyJWT accepts padding, so one token would have several spellings
        raise InvalidSignedPayloadError("base64url with padding")
    try:
        claims = jwt.decode(
            token,
            client_secret.encode(),
            algorithms=["HS256"],
            audience=client_id,
            issuer=ISSUER,
            leeway=LEEWAY_SECONDS,
            options={
                "require": ["aud", "iss", "iat", "exp", "sub"],
                "strict_aud": True,
                "verify_jti": False,
            },
        )
    except jwt.PyJWTError as error:
        # The text of PyJWT's errors can quote the token; their class says enough.
        raise InvalidSignedPayloadError(type(error).__name__) from None
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise InvalidSignedPayloadError(f"unreadable: {type(error).__name__}") from None
    return _payload(claims)


def claimed_store(token: str) -> str | None:
    """Return the hash of the store that a payload claims to be for, without verifying it."""
    try:
        subject = jwt.decode(token, options={"verify_signature": False}).get("sub")
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
        return None
    return tolerant.store_hash(subject)


def _payload(claims: Mapping[str, Any]) -> SignedPayload:
    store_hash = tolerant.store_hash(claims["sub"])
    if store_hash is None:
        raise InvalidSignedPayloadError("sub is not stores/{store_hash}")
    for claim in ("iat", "nbf", "exp"):
        if not _is_number(claims.get(claim, 0)):
            raise InvalidSignedPayloadError(f"{claim} is not a number")
    return SignedPayload(
        client_id=claims["aud"],
        store_hash=store_hash,
        user=_user(claims, "user"),
        owner=_user(claims, "owner"),
        issued_at=_issued_at(claims["iat"]),
        url=tolerant.path(claims.get("url")) or "/",
        channel_id=tolerant.integer(claims.get("channel_id")),
    )


def _user(claims: Mapping[str, Any], claim: str) -> BigCommerceUser:
    user = claims.get(claim)
    if not isinstance(user, dict):
        raise InvalidSignedPayloadError(f"{claim} is not an object")
    id_ = tolerant.integer(user.get("id"))
    if id_ is None:
        raise InvalidSignedPayloadError(f"{claim}.id is not an integer")
    return BigCommerceUser(
        str(id_), tolerant.text(user.get("email")), tolerant.text(user.get("locale"))
    )


def _issued_at(value: float) -> int:
    # An `exp` further away than documented would outlive the record of who was removed.
    if value < time.time() - LIFETIME_SECONDS - LEEWAY_SECONDS:
        raise InvalidSignedPayloadError("issued more than 24 hours ago")
    return int(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
