"""Signed payloads made by hand: also those that no library would sign."""

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt

from local.bigcommerce import App, Store, User, signed_payload

HEADER = {"typ": "JWT", "alg": "HS256"}


def claims(app: App, store: Store, user: User, /, **changes: Any) -> dict[str, Any]:
    """The claims BigCommerce documents, issued now, with these changed."""
    payload = signed_payload(app, store, user)
    return jwt.decode(payload, options={"verify_signature": False}) | changes


def sign(payload: object, secret: str, header: object = HEADER) -> str:
    """The payload as a JWS in compact form, signed with HMAC-SHA256.

    A payload or header that is not bytes becomes JSON first, where NaN and infinities are written
    as JavaScript does.
    """
    signing_input = f"{_encoded(_json(header))}.{_encoded(_json(payload))}"
    digest = hmac.digest(secret.encode(), signing_input.encode(), hashlib.sha256)
    return f"{signing_input}.{_encoded(digest)}"


def _encoded(value: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _json(value: object) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()
