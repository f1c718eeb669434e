"""What BigCommerce documents of its messages, said a second time, apart from the functions."""

import json
import math
import re
from typing import Any

DAY = 24 * 60 * 60
LEEWAY = 10
# The bytes that KMS encrypts directly.
LONGEST_ACCESS_TOKEN = 4096


def payload_holds(content: object, *, client_id: str, now: int) -> bool:
    """Whether these are the claims of a payload for this app that holds now."""
    claims = _as_json(content)
    return (
        isinstance(claims, dict)
        and _is_text(claims)
        and claims.get("aud") == client_id
        and claims.get("iss") == "bc"
        and isinstance(claims.get("jti", ""), str)
        and store_hash(claims.get("sub")) is not None
        and _is_time(claims.get("iat"), now - DAY - LEEWAY, now + LEEWAY)
        and _is_time(claims.get("nbf", now), -math.inf, now + LEEWAY)
        and _is_time(claims.get("exp"), now - LEEWAY + 1, math.inf)
        and isinstance(claims.get("url", "/"), str)
        and (claims.get("channel_id") is None or _is_integer(claims["channel_id"]))
        and all(_is_user(claims.get(name)) for name in ("user", "owner"))
    )


def grant_holds(answer: object, *, context: str, account_uuid: str) -> bool:
    """Whether this is an access token for this store, from this developer account."""
    grant = _as_json(answer)
    return (
        isinstance(grant, dict)
        and all(_is_filled(grant.get(name)) for name in ("access_token", "scope"))
        and len(grant["access_token"].encode()) <= LONGEST_ACCESS_TOKEN
        and all(_is_grantee(grant.get(name)) for name in ("user", "owner"))
        and grant.get("context") == context
        and (not grant.get("account_uuid") or grant["account_uuid"] == account_uuid)
    )


def store_hash(subject: Any) -> str | None:
    """The store of a `sub` claim."""
    match = re.fullmatch(r"stores/([A-Za-z0-9]{1,64})", subject) if _is_filled(subject) else None
    return match[1] if match else None


def _as_json(content: Any) -> Any:
    """As it comes out of JSON, in which two halves of a surrogate pair are a character."""
    if isinstance(content, bytes):
        return None
    return json.loads(json.dumps(content))


def _is_text(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_filled(value: object) -> bool:
    return isinstance(value, str) and value != "" and _is_text(value)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_time(value: Any, first: float, last: float) -> bool:
    if isinstance(value, float):
        return math.isfinite(value) and first <= value and int(value) <= last
    return _is_integer(value) and first <= value <= last


def _is_user(user: Any) -> bool:
    return (
        isinstance(user, dict)
        and _is_integer(user.get("id"))
        and isinstance(user.get("email"), str)
        and isinstance(user.get("locale", ""), str | None)
    )


def _is_grantee(user: Any) -> bool:
    return isinstance(user, dict) and _is_integer(user.get("id")) and _is_filled(user.get("email"))
