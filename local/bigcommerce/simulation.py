"""BigCommerce as one object: its stores, the registered apps, and its calls of callbacks."""

import time
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from werkzeug.exceptions import NotFound

from local.bigcommerce.model import (
    NO_CALLBACK_URLS,
    App,
    CallbackUrls,
    Installation,
    Store,
    User,
)
from local.bigcommerce.request_log import Answer, RequestLog
from local.bigcommerce.signed_payloads import remove_user_url, uninstall_url
from local.bigcommerce.token_endpoint import TokenEndpoint
from local.loopback_http import Response, get

CALLBACK_TIMEOUT_SECONDS = 30


class BigCommerce:
    """A simulated BigCommerce, empty at first.

    Unlike the real one, it accepts callback URLs on plain HTTP, and all stores have one origin.
    `find_answer` returns a deployed API's answer to a URL, or None if no one requested the URL.
    """

    def __init__(self, find_answer: Callable[[str], Answer | None] = lambda _: None) -> None:
        self.apps: dict[str, App] = {}
        self.stores: dict[str, Store] = {}
        self.installations: dict[tuple[str, str], Installation] = {}
        self.log = RequestLog(find_answer)
        self.token_endpoint = TokenEndpoint(self.apps, self.installations, self.log)

    def register_app(
        self,
        organization_id: str,
        name: str,
        scopes: Sequence[str],
        *,
        callback_urls: CallbackUrls = NO_CALLBACK_URLS,
        multiple_users: bool = True,
    ) -> App:
        """Register an app and issue its client ID, secret and account UUID, as the portal does.

        You can set `app.callback_urls` later.
        """
        app = App(organization_id, name, tuple(scopes), callback_urls, multiple_users)
        self.apps[app.client_id] = app
        return app

    def add_store(self, name: str) -> Store:
        """Open a store with an owner and one more user."""
        store = Store.create(name)
        self.stores[store.hash] = store
        return store

    def callable_app(self, client_id: str) -> App:
        """Return the app with this client ID. Raises NotFound, also if it has no callback URLs."""
        app = self.apps.get(client_id)
        if app is None:
            raise NotFound("There is no app with this client ID.")
        if not app.has_callback_urls:
            raise NotFound(f"{app.name} has no callback URLs yet.")
        return app

    def store(self, store_hash: str) -> Store:
        """Return the store with this hash. Raises NotFound."""
        if store_hash not in self.stores:
            raise NotFound("There is no store with this hash.")
        return self.stores[store_hash]

    def installation(self, app: App, store: Store) -> Installation | None:
        """Return the app's installation on the store, or None."""
        return self.installations.get((app.client_id, store.hash))

    def is_access_token(self, store_hash: str, token: str) -> bool:
        """Return whether this is a valid access token of the store."""
        return any(
            each.store.hash == store_hash and each.access_token == token
            for each in list(self.installations.values())
        )

    def auth_callback_url(self, app: App, store: Store, user: User) -> str:
        """Return the URL that the control panel frames after `user` confirms the scopes.

        Each URL has a new code and works once.
        """
        parameters = {
            "code": self.token_endpoint.issue_code(app, store, user),
            "scope": app.scope,
            "context": store.context,
            "account_uuid": app.account_uuid,
        }
        return f"{app.reached_urls.auth}?{urlencode(parameters)}"

    def external_auth_callback_url(self, app: App, store: Store, user: User) -> str:
        """Return the URL for an installation that started at an install link."""
        return f"{self.auth_callback_url(app, store, user)}&external_install=true"

    def uninstall(self, app: App, store: Store, user: User) -> Response:
        """Uninstall the app, then notify it. The app's answer has no effect.

        Raises `UnreachableError` without an answer; the app is uninstalled nevertheless.
        """
        self.installations.pop((app.client_id, store.hash), None)
        return self._call("Uninstall", uninstall_url(app, store, user))

    def remove_user(self, app: App, store: Store, user: User) -> Response:
        """Remove a user from the app, then notify it. The app's answer has no effect.

        Raises `UnreachableError` without an answer; the user is removed nevertheless.
        """
        if installation := self.installation(app, store):
            installation.users.discard(user)
        return self._call("Remove user", remove_user_url(app, store, user))

    def _call(self, name: str, url: str) -> Response:
        outcome, started = "no answer", time.perf_counter()
        try:
            response = get(url, CALLBACK_TIMEOUT_SECONDS)
            outcome = str(response.status)
            return response
        finally:
            self.log.add(name, url, outcome, (time.perf_counter() - started) * 1000)
