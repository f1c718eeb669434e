"""Rutter's webhooks: whether Rutter sent one, and which connection it is about.

Source: Rutter's documentation of webhooks. The signature is over the body's raw bytes, so nothing
of a body is parsed before its signature is verified. The body contains the connection's access
token: no part of it is logged.
"""

import base64
import hashlib
import hmac
import re

from ..shared.errors import InvalidSignatureError
from ..shared.text import json_object

SIGNATURE_HEADER = "x-rutter-signature"
# The codes that can mean another state of a connection. The others are about its data.
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
    """Return what Rutter puts into the header for this body."""
    digest = hmac.new(client_secret.encode(), body, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(digest).decode()}"


def verify(body: bytes, given: object, client_secret: str) -> None:
    """Compare the signature in constant time.

    Raises:
        InvalidSignatureError: it is missing or does not match.
    """
    if not isinstance(given, str) or not given:
        raise InvalidSignatureError("signature missing")
    expected = signature(body, client_secret).encode()
    if not hmac.compare_digest(expected, given.encode(errors="surrogatepass")):
        raise InvalidSignatureError("signature mismatch")


def changed_connection(body: bytes) -> str | None:
    """Return the ID of the connection whose state may have changed, None if there is none.

    The body must be verified: only what Rutter sent is parsed.
    """
    event = json_object(body)
    if event is None or event.get("type") != "CONNECTION":
        return None
    code, id_ = event.get("code"), event.get("connection_id")
    if not isinstance(code, str) or code not in CODES or not isinstance(id_, str):
        return None
    return id_ if _CONNECTION_ID.fullmatch(id_) else None
