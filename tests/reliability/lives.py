"""Lives of apps at stores, over HTTP: callbacks as BigCommerce makes them, next to the model."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from local.bigcommerce import App, BigCommerce, load_url, remove_user_url, uninstall_url
from local.bigcommerce.signed_payloads import LIFETIME
from tests.reliability.model import Callback, Event, Outcome, StoreModel, possible_outcomes

# API Gateway gives up after 30.
TIMEOUT_SECONDS = 35

_URLS: dict[Callback, Callable[..., str]] = {
    Callback.LOAD: load_url,
    Callback.REMOVE_USER: remove_user_url,
    Callback.UNINSTALL: uninstall_url,
}
# Further in the past than clocks may differ.
_EXPIRED_SECONDS = LIFETIME + 60


@dataclass(frozen=True)
class Delivery:
    """A URL to fetch, and the event it is; fetching it again is a replay."""

    event: Event
    url: str

    @property
    def code(self) -> str:
        return parse_qs(urlsplit(self.url).query)["code"][0]


class Life:
    """An app at a new store. Users are numbered, the owner is 0.

    Attributes:
        name: the store and the app, for messages.
        issued: every callback that can be delivered, for the first time or again.
        possible: all that may be true of the store: one of the models is. None is left once
            something was seen that none of them allows.
    """

    def __init__(self, bigcommerce: BigCommerce, app: App) -> None:
        self.app = app
        self.store = bigcommerce.add_store("A store")
        self.name = f"store {self.store.hash} of {app.organization_id}"
        self.issued: list[Delivery] = []
        self.possible = [StoreModel(self.store.owner.id, app.multiple_users)]
        self._bigcommerce = bigcommerce
        self._last_second = 0

    def wait_for_a_new_second(self) -> None:
        """Wait until the clock shows a later second than at the latest answer.

        The rules compare whole seconds: within one, the order is not known.
        """
        while (now := time.time()) < self._last_second + 1:
            time.sleep(self._last_second + 1 - now)

    def issue(self, callback: Callback, user: int) -> Delivery:
        """A callback of this moment, which can be replayed."""
        delivery = (
            self.install(user)
            if callback is Callback.INSTALL
            else self._signed(self.app, callback, user, int(time.time()))
        )
        self.issued.append(delivery)
        return delivery

    def install(self, number: int) -> Delivery:
        """An install with its own code."""
        user = self.store.users[number]
        url = self._bigcommerce.auth_callback_url(self.app, self.store, user)
        delivery = Delivery(Event(Callback.INSTALL, user.id, int(time.time())), url)
        token = self._bigcommerce.token_endpoint.access_token(delivery.code)
        return replace(delivery, event=replace(delivery.event, token=token))

    def forged(self, callback: Callback, user: int) -> Delivery:
        """A signed callback by someone who does not know the client secret."""
        forger = replace(self.app, client_secret="0" * len(self.app.client_secret))
        return self._signed(forger, callback, user, int(time.time()), refusal=401)

    def expired(self, callback: Callback, user: int) -> Delivery:
        """A signed callback that is more than 24 hours old."""
        issued_at = int(time.time()) - _EXPIRED_SECONDS
        return self._signed(self.app, callback, user, issued_at, refusal=401)

    def deliver(
        self, deliveries: Sequence[Delivery], status: Callable[[Delivery], int]
    ) -> tuple[tuple[int, ...], list[Outcome]]:
        """Fetch these concurrently; return the statuses and each outcome that the model allows."""
        since = int(time.time())
        with ThreadPoolExecutor(len(deliveries)) as pool:
            statuses = tuple(pool.map(status, deliveries))
        self._last_second = int(time.time())
        events = [delivery.event for delivery in deliveries]
        return statuses, possible_outcomes(self.possible, events, since, self._last_second)

    def _signed(
        self, app: App, callback: Callback, number: int, issued_at: int, refusal: int | None = None
    ) -> Delivery:
        user = self.store.users[number]
        url = _URLS[callback](app, self.store, user, issued_at=issued_at)
        return Delivery(Event(callback, user.id, issued_at, refusal=refusal), url)
