"""BigCommerce's web site: the token endpoint, the control panel and the install links.

The control panel is a merchant's view of the store, with the apps in frames. The real one has a
separate origin and a session for each store. Here the path contains the store and the user.

An install link installs an app from a button outside the control panel. After consent, the browser
goes to the Auth callback, not in a frame. The app redirects it to `install/succeeded` or
`install/failed`.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect

from local.bigcommerce import store_api, token_endpoint
from local.bigcommerce.model import App, Store, User
from local.bigcommerce.pages import page
from local.bigcommerce.signed_payloads import load_url
from local.bigcommerce.simulation import BigCommerce
from local.bigcommerce.store_api import StoreApi
from local.loopback_http import UnreachableError
from local.loopback_server import Server, serve_application

Endpoint = Callable[..., Response]

STATIC = {"/static": str(Path(__file__).with_name("static"))}
_SESSION = "/manage/<store_hash>/<user_id>"
_PANEL = f"{_SESSION}/apps"
_APP = f"{_PANEL}/<client_id>"
_INSTALL_LINK = "/app/<client_id>/install"


@dataclass(frozen=True)
class Session:
    """The current store and user."""

    store: Store
    user: User

    @property
    def url(self) -> str:
        """The path prefix of the session's pages."""
        return f"/manage/{self.store.hash}/{self.user.id}"

    @property
    def is_owner(self) -> bool:
        """Whether the current user owns the store."""
        return self.user == self.store.owner


class Site:
    """Answers requests, with 404 if a part of the path names nothing."""

    def __init__(self, bigcommerce: BigCommerce) -> None:
        self._bigcommerce = bigcommerce
        token = bigcommerce.token_endpoint.answer
        routes: list[tuple[str, str, Endpoint]] = [
            ("POST", token_endpoint.PATH, token),
            ("GET", store_api.PATH, StoreApi(bigcommerce).answer),
            ("GET", "/", self._start),
            ("POST", "/switch", self._switch),
            ("GET", f"{_SESSION}/log", self._log),
            ("GET", _PANEL, self._apps),
            ("GET", _APP, self._open),
            ("GET", f"{_APP}/install", self._consent),
            ("POST", f"{_APP}/install", self._install),
            ("POST", f"{_APP}/uninstall", self._uninstall),
            ("POST", f"{_APP}/users/<removed_id>/remove", self._remove_user),
            ("GET", _INSTALL_LINK, self._external_consent),
            ("POST", _INSTALL_LINK, self._external_install),
            ("GET", f"{_INSTALL_LINK}/<any(succeeded, failed):outcome>", self._external_outcome),
        ]
        rules = [Rule(path, methods=[verb], endpoint=answer) for verb, path, answer in routes]
        self._routes = Map(rules, merge_slashes=False, strict_slashes=False)

    def answer(self, request: Request) -> Response:
        """Answer a request; an error is a page too."""
        try:
            endpoint, parts = self._routes.bind_to_environ(request.environ).match()
            return cast(Endpoint, endpoint)(request, **self._named(**parts))
        except HTTPException as error:
            title = error.name.capitalize()
            return page("message.html", status=error.code, title=title, message=error.description)

    def _named(
        self, *, store_hash: str = "", user_id: str = "", client_id: str = "", **others: object
    ) -> dict[str, object]:
        """Return the endpoints' arguments for the parts of a path."""
        if user_id:
            others["session"] = self._session(store_hash, user_id)
        elif store_hash:
            others["store_hash"] = store_hash
        if client_id:
            others["app"] = self._bigcommerce.callable_app(client_id)
        return others

    def _start(self, request: Request) -> Response:
        for store in self._bigcommerce.stores.values():
            return self._apps(request, Session(store, store.owner))
        raise NotFound("There is no store yet.")

    def _switch(self, request: Request) -> Response:
        store_hash, _, user_id = request.form.get("session", "").partition("/")
        return _to_apps(self._session(store_hash, user_id))

    def _log(self, _: Request, session: Session) -> Response:
        """Answer with the log as it is now, for a page whose frame has loaded."""
        return self._panel("log.html", session)

    def _apps(self, _: Request, session: Session) -> Response:
        return self._panel("apps.html", session)

    def _open(self, _: Request, session: Session, app: App) -> Response:
        if installation := self._bigcommerce.installation(app, session.store):
            installation.users.add(session.user)
        return self._frame(session, app, "Load", load_url(app, session.store, session.user))

    def _consent(self, _: Request, session: Session, app: App) -> Response:
        if not session.is_owner:
            return self._panel("owner_only.html", session, status=403, app=app)
        return self._panel("consent.html", session, app=app)

    def _install(self, request: Request, session: Session, app: App) -> Response:
        """Start the app's Auth callback, once the owner has consented."""
        if not session.is_owner:
            return self._consent(request, session, app)
        url = self._bigcommerce.auth_callback_url(app, session.store, session.user)
        return self._frame(session, app, "Auth", url)

    def _uninstall(self, _: Request, session: Session, app: App) -> Response:
        with suppress(UnreachableError):  # the request log shows it
            self._bigcommerce.uninstall(app, session.store, session.user)
        return _to_apps(session)

    def _remove_user(self, _: Request, session: Session, app: App, removed_id: str) -> Response:
        user = _user(session.store, removed_id)
        with suppress(UnreachableError):  # the request log shows it
            self._bigcommerce.remove_user(app, session.store, user)
        return _to_apps(session)

    def _external_consent(self, request: Request, app: App) -> Response:
        stores, chosen = self._bigcommerce.stores.values(), request.args.get("store")
        return page("external_install.html", [app], app=app, stores=stores, chosen=chosen)

    def _external_install(self, request: Request, app: App) -> Response:
        """Send the browser to the Auth callback, as the owner of the chosen store."""
        store = self._bigcommerce.store(request.form.get("store", ""))
        url = self._bigcommerce.external_auth_callback_url(app, store, store.owner)
        self._bigcommerce.log.add_in_browser("Auth (external)", url)
        return redirect(url, 303)

    def _external_outcome(self, _: Request, app: App, outcome: str) -> Response:
        said = "was installed" if outcome == "succeeded" else "was not installed"
        return page("message.html", title=f"Install {outcome}", message=f"{app.name} {said}.")

    def _frame(self, session: Session, app: App, name: str, url: str) -> Response:
        self._bigcommerce.log.add_in_browser(name, url)
        return self._panel("frame.html", session, app=app, frame_url=url)

    def _panel(
        self, template: str, session: Session, *, status: int = 200, **values: object
    ) -> Response:
        return page(
            template,
            self._bigcommerce.apps.values(),
            status=status,
            session=session,
            bigcommerce=self._bigcommerce,
            log=self._bigcommerce.log,
            **values,
        )

    def _session(self, store_hash: str, user_id: str) -> Session:
        store = self._bigcommerce.store(store_hash)
        return Session(store, _user(store, user_id))


def _to_apps(session: Session) -> Response:
    return redirect(f"{session.url}/apps", 303)


def _user(store: Store, user_id: str) -> User:
    for user in store.users:
        if str(user.id) == user_id:
            return user
    raise NotFound("There is no such user at this store.")


def serve(bigcommerce: BigCommerce, port: int = 0) -> AbstractContextManager[Server]:
    """Serve the site until the block ends. Raises as `serve_application` does."""
    return serve_application(Site(bigcommerce).answer, port, STATIC)
