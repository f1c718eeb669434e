"""What BigCommerce documents of its messages, said a second time, apart from the functions."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, FiniteFloat, ValidationError

DAY = 24 * 60 * 60
LEEWAY = 10
# The bytes that KMS encrypts directly.
LONGEST_ACCESS_TOKEN = 4096

Filled = Annotated[str, Field(min_length=1)]
Time = int | FiniteFloat
Id = int | Annotated[str, Field(pattern="^(0|[1-9][0-9]{0,39})$")]


class User(BaseModel, strict=True):
    """Who acts, and the store's owner, in a signed payload."""

    id: Id


class Claims(BaseModel, strict=True):
    """A signed payload for any app."""

    aud: str
    iss: Literal["bc"]
    iat: Time
    nbf: Time = 0
    exp: Time
    sub: Annotated[str, Field(pattern="^stores/[A-Za-z0-9]{1,64}$")]
    user: User
    owner: User


class Grantee(BaseModel, strict=True):
    """Who installs, and the store's owner, in an answer of the token endpoint."""

    id: Id


class Grant(BaseModel, strict=True):
    """An answer of the token endpoint."""

    access_token: Filled
    scope: str
    user: Grantee
    owner: Grantee
    context: str


def payload_holds(content: object, *, client_id: str, now: int) -> bool:
    """Whether these are the claims of a payload for this app that holds now."""
    try:
        claims = Claims.model_validate(_as_json(content))
    except ValidationError:
        return False
    return (
        claims.aud == client_id
        and now - DAY - LEEWAY <= claims.iat < now + LEEWAY + 1
        and claims.nbf < now + LEEWAY + 1
        and claims.exp >= now - LEEWAY + 1
    )


def grant_holds(answer: object, *, context: str) -> bool:
    """Whether this is an access token for this store."""
    try:
        grant = Grant.model_validate(answer)
    except ValidationError:
        return False
    return (
        len(grant.access_token.encode()) <= LONGEST_ACCESS_TOKEN
        and grant.context == context
        and bool(grant.scope.split())
    )


def _as_json(content: Any) -> Any:
    """As it comes out of JSON, in which two halves of a surrogate pair are a character."""
    return None if isinstance(content, bytes) else json.loads(json.dumps(content))
