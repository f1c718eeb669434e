"""Callbacks as BigCommerce makes them, each with the event that the model takes it for."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from local.bigcommerce import (
    App,
    BigCommerce,
    Store,
    User,
    load_url,
    remove_user_url,
    uninstall_url,
)
from local.bigcommerce.signed_payloads import LIFETIME
from local.soak.model import Callback, Event

_URLS: dict[Callback, Callable[..., str]] = {
    Callback.LOAD: load_url,
    Callback.REMOVE_USER: remove_user_url,
    Callback.UNINSTALL: uninstall_url,
}
# Further in the past than clocks may differ.
_EXPIRED_SECONDS = LIFETIME + 60


@dataclass(frozen=True)
class Delivery:
    """A URL to fetch, and what it is; fetching it again is a replay."""

    event: Event
    url: str


def deliver(
    bigcommerce: BigCommerce, app: App, store: Store, callback: Callback, user: User
) -> Delivery:
    """A callback of this moment."""
    at = int(time.time())
    if callback is not Callback.INSTALL:
        url = _URLS[callback](app, store, user, issued_at=at)
        return Delivery(Event(callback, user.id, at), url)
    url = bigcommerce.auth_callback_url(app, store, user)
    code = parse_qs(urlsplit(url).query)["code"][0]
    token = bigcommerce.token_endpoint.access_token(code)
    return Delivery(Event(callback, user.id, at, code, token), url)


def forged(app: App, store: Store, callback: Callback, user: User) -> Delivery:
    """A signed callback by somebody who does not know the client secret."""
    forger = replace(app, client_secret="0" * len(app.client_secret))
    url = _URLS[callback](forger, store, user)
    return Delivery(Event(callback, user.id, int(time.time()), refusal=401), url)


def expired(app: App, store: Store, callback: Callback, user: User) -> Delivery:
    """A signed callback that is more than 24 hours old."""
    at = int(time.time()) - _EXPIRED_SECONDS
    url = _URLS[callback](app, store, user, issued_at=at)
    return Delivery(Event(callback, user.id, at, refusal=401), url)


def wait_until_after(second: int) -> None:
    """Sleep until the clock shows a later second than this."""
    while (now := time.time()) < second + 1:
        time.sleep(second + 1 - now)
