"""A full install lifecycle over HTTP, through the deployed API.

Every step expects an answer. The first unexpected answer ends the walk.
"""

import html
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from local.backend import APPS, LocalBackend
from local.bigcommerce import App, Store, User, load_url
from local.loopback_http import Response, get

TIMEOUT_SECONDS = 35
# How long warm functions may cache that the app is not registered.
REGISTRATION_SECONDS = 5
# How long connecting a store may take, with its polls.
CONNECTION_SECONDS = 100
# Registering an app changes its secret value and its item, but no function and no URL.
TOUCHED_BY_REGISTRATION = {
    "aws:secretsmanager/secretVersion:SecretVersion",
    "aws:dynamodb/tableItem:TableItem",
}


class StepFailedError(Exception):
    """A step had an unexpected answer, which the message contains."""


@dataclass(frozen=True)
class Step:
    """A step of the walk.

    `take` returns the outcome. It raises StepFailedError, or UnreachableError without an answer.
    """

    name: str
    take: Callable[[], str]


class Walk:
    """The walk of one app and one store, through a deployed back end."""

    def __init__(self, backend: LocalBackend) -> None:
        self._backend = backend
        self._bigcommerce = backend.bigcommerce
        self._urls = _urls(backend.outputs)
        self._app: App = backend.apps[0]
        self._store: Store = backend.bigcommerce.add_store("Sample Store")
        self._owner = self._store.owner
        (self._second_user,) = self._store.staff
        self._has_rutter = bool(backend.config[APPS][0].get("rutter"))

    @property
    def steps(self) -> Iterator[Step]:
        """The steps, in order."""
        yield Step("load before registration", self._load_before_registration)
        yield Step("credentials given, stack updated", self._register)
        yield Step("install by the owner", self._install)
        if self._has_rutter:
            yield Step("Rutter has the store's data", self._data_syncs)
            yield Step("Rutter's webhooks are accepted", self._webhooks_are_accepted)
        yield Step("load by the owner", lambda: self._load(self._owner))
        yield Step("load by a second user", lambda: self._load(self._second_user))
        yield Step("remove the second user", self._remove_user)
        if self._has_rutter:
            yield Step("install again", self._install)
            yield Step("Rutter has the new token", self._has_new_token)
        yield Step("uninstall", self._uninstall)
        yield Step("load after the uninstall", self._load_after_uninstall)
        yield Step("load with a forged payload", self._load_forged)
        if self._has_rutter:
            yield Step("Rutter flags the connection", self._is_flagged)

    def _load_before_registration(self) -> str:
        response = get(load_url(self._app, self._store, self._owner), TIMEOUT_SECONDS)
        return _expect(response, 503, "not registered yet")

    def _register(self) -> str:
        self._backend.configure_credentials()
        self._backend.record_registered_urls()
        touched = {change.type for change in self._backend.deploy().changes}
        if touched != TOUCHED_BY_REGISTRATION:
            raise StepFailedError(
                f"expected changes of the secret value and the item only; it changed {touched}"
            )
        if _urls(self._backend.outputs) != self._urls:
            raise StepFailedError("it changed the callback URLs")
        return "in place"

    def _install(self) -> str:
        response = _get_once_registered(
            lambda: self._bigcommerce.auth_callback_url(self._app, self._store, self._owner)
        )
        outcome = self._expect_app(response, f"{self._app.name} is installed")
        if self._bigcommerce.installation(self._app, self._store) is None:
            raise StepFailedError("BigCommerce issued no access token")
        return outcome

    def _data_syncs(self) -> str:
        return self._expect_connection(self._access_token, "active")

    def _has_new_token(self) -> str:
        # It is active if a webhook of the first connection triggered a late poll.
        self._expect_connection(self._access_token, "not_ready", "active")
        return "in place"

    @property
    def _access_token(self) -> str | None:
        installation = self._bigcommerce.installation(self._app, self._store)
        return None if installation is None else installation.access_token

    def _webhooks_are_accepted(self) -> str:
        deadline = time.monotonic() + CONNECTION_SECONDS
        while len(self._backend.rutter.webhook_answers) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        answers = self._backend.rutter.webhook_answers
        if answers != [200, 200]:
            raise StepFailedError(
                f"expected 200 for a webhook and its repeat; the answers are {answers}"
            )
        return "200"

    def _is_flagged(self) -> str:
        (connection,) = self._backend.rutter.of(self._store.hash)
        return self._expect_connection(connection.store_token, "needs_reauth")

    def _expect_connection(self, store_token: str | None, *states: str) -> str:
        """Expect one connection at Rutter with this token, and one of the states in the table."""
        deadline = time.monotonic() + CONNECTION_SECONDS
        while True:
            connections = self._backend.rutter.of(self._store.hash)
            stored = self._backend.connection(self._app, self._store)
            if [each.store_token for each in connections] == [store_token] and stored in states:
                return stored
            if time.monotonic() > deadline:
                raise StepFailedError(
                    f"expected one connection that is {' or '.join(states)}; "
                    f"there are {len(connections)}, and the table says {stored}"
                )
            time.sleep(0.1)

    def _load(self, user: User) -> str:
        response = _get_once_registered(lambda: load_url(self._app, self._store, user))
        if user != self._owner and not self._app.multiple_users:
            return _expect(response, 403, "Only the store owner")
        return self._expect_app(response, f"{self._app.name} is installed")

    def _expect_app(self, response: Response, heading: str) -> str:
        """Expect the app at its own URL, or else the built-in page."""
        app_url = self._backend.config[APPS][0].get("appUrl")
        if app_url is None:
            return _expect(response, 200, heading, self._store.hash)
        outcome = _expect(response, 302)
        if not response.headers["Location"].startswith(app_url):
            raise StepFailedError(f"expected a redirect to {app_url}")
        return outcome

    def _remove_user(self) -> str:
        response = self._bigcommerce.remove_user(self._app, self._store, self._second_user)
        return _expect(response, 200)

    def _uninstall(self) -> str:
        return _expect(self._bigcommerce.uninstall(self._app, self._store, self._owner), 200)

    def _load_after_uninstall(self) -> str:
        response = get(load_url(self._app, self._store, self._owner), TIMEOUT_SECONDS)
        return _expect(response, 404, "not installed on this store")

    def _load_forged(self) -> str:
        forger = replace(self._app, client_secret="0" * 64)
        response = get(load_url(forger, self._store, self._owner), TIMEOUT_SECONDS)
        return _expect(response, 401, "could not be verified")


def _urls(outputs: Mapping[str, Any]) -> list[dict[str, str]]:
    tabs = outputs["technicalTab"].values()
    return [{field: url for field, url in tab.items() if field.endswith("Url")} for tab in tabs]


def _get_once_registered(make_url: Callable[[], str]) -> Response:
    """Get a URL, and retry while its function may have the app cached as unregistered."""
    deadline = time.monotonic() + REGISTRATION_SECONDS
    while True:
        response = get(make_url(), TIMEOUT_SECONDS)
        if response.status != 503 or time.monotonic() > deadline:
            return response
        time.sleep(0.2)


def _expect(response: Response, status: int, *texts: str) -> str:
    said = _readable(response)
    if response.status != status:
        raise StepFailedError(f"expected HTTP {status}, got HTTP {response.status}: {said}")
    for text in texts:
        if " ".join(text.split()) not in said:
            raise StepFailedError(f"expected the page to say {text!r}; it says: {said}")
    return str(status)


def _readable(response: Response) -> str:
    """Return the readable text of an answer."""
    text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", response.text, flags=re.DOTALL)
    return " ".join(html.unescape(text).split())
