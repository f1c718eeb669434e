"""Signed payloads as BigCommerce signs them, about a store that cannot exist."""

import secrets
import time

import jwt

from portal.traffic import CHECK_STORE_PREFIX

# An uninstall that was just issued is stored even if nothing is installed, because it may have
# overtaken an installation (lambdas/records/installation.py). An older one changes nothing.
_AGE_SECONDS = 60 * 60
# AWS refuses a clock that is five minutes wrong, so no smaller error invalidates the payload.
_VALID_SECONDS = 10 * 60


def signed_payload(client_id: str, client_secret: str) -> str:
    """Return a payload from the owner of a store that does not exist, as a compact JWT.

    Source: BigCommerce's single-click app documentation: HS256 with the client secret. Its payloads
    are valid for 24 hours; this one is an hour old, and expires in ten minutes.
    """
    now = int(time.time())
    issued_at = now - _AGE_SECONDS
    owner = {"id": 1, "email": "owner@example.com"}
    claims = {
        "aud": client_id,
        "iss": "bc",
        "iat": issued_at,
        "nbf": issued_at - 5,
        "exp": now + _VALID_SECONDS,
        "jti": secrets.token_hex(16),
        "sub": f"stores/{CHECK_STORE_PREFIX}{secrets.token_hex(16)}",
        "user": owner,
        "owner": owner,
        "url": "/",
        "channel_id": None,
    }
    return jwt.encode(claims, client_secret, algorithm="HS256")
