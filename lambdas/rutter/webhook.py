"""Rutter's webhooks: whether Rutter sent one, and which connection it tells of.

Source: Rutter's documentation of webhooks. The signature is over the body's bytes as they came, so
nothing is read of one that does not hold. The body holds the connection's access token: no part of
it is logged.
"""

import base64
import hashlib
import hmac
import json
import re

from ..shared.errors import InvalidSignatureError

SIGNATURE_HEADER = "x-rutter-signature"
# Rutter does not say how long one is; those about a connection have some hundred bytes.
LONGEST_BODY = 1024 * 1024
# What can go with another state of a connection. The others tell of the data.
CODES = frozenset(
    {
        "INITIAL_UPDATE",
        "CONNECTION_UPDATED",
        "CONNECTION_NEEDS_UPDATE",
        "CONNECTION_DISABLED",
        "CONNECTION_ERROR",
    }
)
_CONNECTION_ID = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)


def signature(body: bytes, client_secret: str) -> str:
    """What Rutter puts into the header for this body."""
    digest = hmac.new(client_secret.encode(), body, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(digest).decode()}"


def verify(body: bytes, given: object, client_secret: str) -> None:
    """Compare the signature that was given, in a time that says nothing of the right one.

    Raises:
        InvalidSignatureError: it is missing, or another one.
    """
    if not isinstance(given, str) or not given:
        raise InvalidSignatureError("no signature")
    expected = signature(body, client_secret).encode()
    if not hmac.compare_digest(expected, given.encode(errors="surrogatepass")):
        raise InvalidSignatureError("another signature")


def connection_told_of(body: bytes) -> str | None:
    """Rutter's id of the connection whose state may be another; None where nothing is to be done.

    Only for a body that is verified: parsing is for those that Rutter sent.
    """
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or event.get("type") != "CONNECTION":
        return None
    code, id_ = event.get("code"), event.get("connection_id")
    if not isinstance(code, str) or code not in CODES or not isinstance(id_, str):
        return None
    return id_ if _CONNECTION_ID.fullmatch(id_) else None
