"""The control panel: a merchant's view of the store, with the apps in frames.

The real one has an origin for each store, and a session; here the store and the current user are
in the path: `/manage/{store_hash}/{user_id}/...`.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from local.bigcommerce import messages, pages
from local.bigcommerce.messages import NotFoundError, Request, Response
from local.bigcommerce.model import App, Store, User
from local.bigcommerce.signed_payloads import load_url
from local.bigcommerce.simulation import BigCommerce
from registration.check.http_client import UnreachableError


@dataclass(frozen=True)
class Session:
    """Who is logged in, and where."""

    store: Store
    user: User

    @property
    def url(self) -> str:
        """The path below which the session's pages are."""
        return f"/manage/{self.store.hash}/{self.user.id}"

    @property
    def is_owner(self) -> bool:
        """Whether the current user owns the store."""
        return self.user == self.store.owner


class ControlPanel:
    """The pages at `/` and below `/manage`."""

    def __init__(self, bigcommerce: BigCommerce) -> None:
        self._bigcommerce = bigcommerce

    def answer(self, request: Request) -> Response:
        """Response a request.

        Raises:
            NotFoundError: there is no such page, store, user or app.
        """
        match request.method, *request.segments:
            case ("GET",):
                return self._apps(self._first_session())
            case "POST", "switch":
                store_hash, _, user_id = request.form.get("session", "").partition("/")
                return messages.redirect(f"{self._session(store_hash, user_id).url}/apps")
            case "POST", "requests", entry_id:
                return self._frame_loaded(entry_id, request.form.get("milliseconds", ""))
            case _, "manage", store_hash, user_id, "apps", *rest:
                session = self._session(store_hash, user_id)
                return self._manage_apps(request.method, session, rest)
            case _:
                raise NotFoundError("There is no such page.")

    def _manage_apps(self, method: str, session: Session, rest: Sequence[str]) -> Response:
        match method, *rest:
            case ("GET",):
                return self._apps(session)
            case "GET", client_id:
                return self._open(session, self._bigcommerce.callable_app(client_id))
            case _, client_id, "install":
                return self._install(method, session, self._bigcommerce.callable_app(client_id))
            case "POST", client_id, "uninstall":
                return self._uninstall(session, self._bigcommerce.callable_app(client_id))
            case "POST", client_id, "users", user_id, "remove":
                return self._remove_user(
                    session, self._bigcommerce.callable_app(client_id), user_id
                )
            case _:
                raise NotFoundError("There is no such page.")

    def _apps(self, session: Session) -> Response:
        return self._page("apps.html", session)

    def _open(self, session: Session, app: App) -> Response:
        if installation := self._bigcommerce.installation(app, session.store):
            installation.users.add(session.user)
        return self._frame(session, app, "Load", load_url(app, session.store, session.user))

    def _install(self, method: str, session: Session, app: App) -> Response:
        """Ask the owner to consent, and once that is confirmed start the app's Auth callback."""
        if not session.is_owner:
            return self._page("owner_only.html", session, status=403, app=app)
        if method == "GET":
            return self._page("consent.html", session, app=app)
        url = self._bigcommerce.auth_callback_url(app, session.store, session.user)
        return self._frame(session, app, "Auth", url)

    def _uninstall(self, session: Session, app: App) -> Response:
        with suppress(UnreachableError):  # the request log shows it
            self._bigcommerce.uninstall(app, session.store, session.user)
        return messages.redirect(f"{session.url}/apps")

    def _remove_user(self, session: Session, app: App, user_id: str) -> Response:
        user = _user(session.store, user_id)
        with suppress(UnreachableError):  # the request log shows it
            self._bigcommerce.remove_user(app, session.store, user)
        return messages.redirect(f"{session.url}/apps")

    def _frame(self, session: Session, app: App, name: str, url: str) -> Response:
        entry = self._bigcommerce.log.add_in_browser(name, url)
        return self._page("frame.html", session, app=app, frame_url=url, entry=entry)

    def _frame_loaded(self, entry_id: str, milliseconds: str) -> Response:
        """Take note of a frame's loading time, and answer with the log as it is now."""
        if not (entry_id.isdecimal() and milliseconds.isdecimal()):
            raise NotFoundError("There is no such request.")
        self._bigcommerce.log.frame_loaded(int(entry_id), int(milliseconds))
        return pages.page("requests.html", [], log=self._bigcommerce.log)

    def _page(
        self, template: str, session: Session, *, status: int = 200, **values: object
    ) -> Response:
        apps = self._bigcommerce.apps.values()
        return pages.page(
            template,
            apps,
            status=status,
            session=session,
            bigcommerce=self._bigcommerce,
            log=self._bigcommerce.log,
            **values,
        )

    def _first_session(self) -> Session:
        for store in self._bigcommerce.stores.values():
            return Session(store, store.owner)
        raise NotFoundError("There is no store yet.")

    def _session(self, store_hash: str, user_id: str) -> Session:
        store = self._bigcommerce.store(store_hash)
        return Session(store, _user(store, user_id))


def _user(store: Store, user_id: str) -> User:
    for user in store.users:
        if str(user.id) == user_id:
            return user
    raise NotFoundError("There is no such user at this store.")
