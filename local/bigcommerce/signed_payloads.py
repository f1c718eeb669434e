"""The `signed_payload_jwt` that the load, uninstall and remove user callbacks carry."""

import time
import uuid
from urllib.parse import urlencode

import jwt

from local.bigcommerce.model import App, Store, User

ALGORITHM = "HS256"
LIFETIME = 24 * 60 * 60
# BigCommerce documents `nbf` as equal to `iat` and shows it this many seconds earlier.
NOT_BEFORE_MARGIN = 5


def signed_payload(
    app: App,
    store: Store,
    user: User,
    *,
    issued_at: int | None = None,
    url: str = "/",
    channel_id: int | None = None,
) -> str:
    """Sign what BigCommerce tells an app about `user` at `store`, as a compact JWT.

    `issued_at` is in epoch seconds (default: now); the payload is valid for 24 hours from then.
    `url` is the deep link into the app, `channel_id` the channel it was opened from. Claims and
    key as in BigCommerce's documentation of the callbacks: HS256 with the client secret.
    """
    issued_at = int(time.time()) if issued_at is None else issued_at
    claims = {
        "aud": app.client_id,
        "iss": "bc",
        "iat": issued_at,
        "nbf": issued_at - NOT_BEFORE_MARGIN,
        "exp": issued_at + LIFETIME,
        "jti": str(uuid.uuid4()),
        "sub": store.context,
        "user": {"id": user.id, "email": user.email, "locale": user.locale},
        "owner": {"id": store.owner.id, "email": store.owner.email},
        "url": url,
        "channel_id": channel_id,
    }
    return jwt.encode(claims, app.client_secret, algorithm=ALGORITHM)


def load_url(app: App, store: Store, user: User, *, issued_at: int | None = None) -> str:
    """Return the URL that the control panel frames when `user` opens the app."""
    return _signed(app.reached_urls.load, app, store, user, issued_at)


def uninstall_url(app: App, store: Store, user: User, *, issued_at: int | None = None) -> str:
    """Return the URL that BigCommerce calls when `user` has uninstalled the app."""
    return _signed(app.reached_urls.uninstall, app, store, user, issued_at)


def remove_user_url(app: App, store: Store, user: User, *, issued_at: int | None = None) -> str:
    """Return the URL that BigCommerce calls when `user` has lost access to the app."""
    return _signed(app.reached_urls.remove_user, app, store, user, issued_at)


def _signed(url: str, app: App, store: Store, user: User, issued_at: int | None) -> str:
    payload = signed_payload(app, store, user, issued_at=issued_at)
    return f"{url}?{urlencode({'signed_payload_jwt': payload})}"
