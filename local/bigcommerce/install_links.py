"""Install links: installing an app from a button outside the control panel.

The button links to `/app/{client_id}/install`. After consent the browser goes to the Auth callback
itself, not in a frame, and the app ends by sending it to `install/succeeded` or `install/failed`.
"""

from collections.abc import Sequence

from local.bigcommerce import messages, pages
from local.bigcommerce.messages import NotFoundError, Request, Response
from local.bigcommerce.model import App
from local.bigcommerce.simulation import BigCommerce

OUTCOMES = {
    "succeeded": "{} was installed.",
    "failed": "{} was not installed.",
}


class InstallLinks:
    """The pages below `/app/{client_id}/install`."""

    def __init__(self, bigcommerce: BigCommerce) -> None:
        self._bigcommerce = bigcommerce

    def answer(self, request: Request, client_id: str, rest: Sequence[str]) -> Response:
        """Response a request below `/app/{client_id}`.

        Raises:
            NotFoundError: there is no such app, store or page.
        """
        app = self._bigcommerce.callable_app(client_id)
        match request.method, *rest:
            case "GET", "install":
                stores = self._bigcommerce.stores.values()
                return pages.page("external_install.html", [app], app=app, stores=stores)
            case "POST", "install":
                return self._install(app, request.form.get("store", ""))
            case "GET", "install", ("succeeded" | "failed") as outcome:
                message = OUTCOMES[outcome].format(app.name)
                return pages.page("message.html", [], title=f"Install {outcome}", message=message)
            case _:
                raise NotFoundError("There is no such page.")

    def _install(self, app: App, store_hash: str) -> Response:
        """Send the browser to the Auth callback, as the owner of the chosen store."""
        store = self._bigcommerce.store(store_hash)
        url = self._bigcommerce.external_auth_callback_url(app, store, store.owner)
        self._bigcommerce.log.add_in_browser("Auth (external)", url)
        return messages.redirect(url)
