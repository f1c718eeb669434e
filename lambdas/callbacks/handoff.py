"""The handoff: redirect a visitor to the app's own URL, with a token that says who opens it.

The token lives for a minute and carries no access token and no email address. It is signed with a
key that only this back end and the app know, so the app needs neither the client secret nor AWS.
"""

import time
import uuid
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt

from ..records import credentials
from ..records.apps import AppProfile
from ..shared import environment
from ..shared.log import logger
from . import responses
from .responses import Response

PARAMETER = "handoff_token"
LIFETIME_SECONDS = 60


@dataclass(frozen=True)
class Visitor:
    """The person who opens the app, and their deep link.

    Attributes:
        store_hash: the store they come from.
        user_id: BigCommerce's id of the user, decimal digits.
        opened_at: when BigCommerce vouched for them, in epoch seconds: a payload can be sent again.
        locale: the user's locale, if BigCommerce sends it.
        url: the deep link within the app, `/` by default.
        channel_id: the channel the app was opened from, or None.
    """

    store_hash: str
    user_id: str
    opened_at: int
    locale: str | None = None
    url: str = "/"
    channel_id: int | None = None


def redirect(app: AppProfile, visitor: Visitor) -> Response | None:
    """Return the redirect to the app's own URL, None if it has none."""
    if app.app_url is None:
        return None
    key = credentials.find(app.organization_id).handoff_key
    if key is None:
        # For some minutes after a deployment, only one of the two settings may have arrived.
        logger.warning("the app has a URL, but no handoff key yet")
        return None
    issuer, organization_id = environment.base_url(), app.organization_id
    return responses.redirect(
        handoff_url(app.app_url, key, visitor, issuer=issuer, organization_id=organization_id)
    )


def handoff_url(
    app_url: str, key: str, visitor: Visitor, *, issuer: str, organization_id: str
) -> str:
    """Return the app's URL with a handoff token for this visitor in its query.

    The token is a JWT, HS256 with the UTF-8 bytes of `key`. Claims: `iss` (the base URL of the
    callbacks), `aud` (the origin of `app_url`), `sub` (`stores/{store_hash}`), `organization_id`,
    `user` (`id`, `locale`), `opened_at`, `url`, `channel_id`, `iat`, `exp`, `jti`.
    """
    parts = urlsplit(app_url)
    now = int(time.time())
    claims = {
        "iss": issuer,
        "aud": f"{parts.scheme}://{parts.netloc}",
        "sub": f"stores/{visitor.store_hash}",
        "organization_id": organization_id,
        "user": {"id": visitor.user_id, "locale": visitor.locale},
        "opened_at": visitor.opened_at,
        "url": visitor.url,
        "channel_id": visitor.channel_id,
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
        "jti": str(uuid.uuid4()),
    }
    token = jwt.encode(claims, key.encode(), algorithm="HS256")
    query = [*parse_qsl(parts.query, keep_blank_values=True), (PARAMETER, token)]
    return parts._replace(query=urlencode(query)).geturl()
