"""The actions of a store's users in the control panel."""

from dataclasses import dataclass

from playwright.sync_api import FrameLocator, Locator, expect

from local.backend import LocalBackend
from local.bigcommerce import App, Store, User
from tests.browser.window import Window


@dataclass
class Merchant:
    """A window in which users of one store use the control panel."""

    window: Window
    backend: LocalBackend
    store: Store

    @property
    def frame(self) -> FrameLocator:
        return self.window.page.frame_locator("iframe")

    @property
    def log(self) -> Locator:
        """The rows of the request log, the newest first."""
        return self.window.page.get_by_role("complementary").locator("tbody tr")

    def url(self, user: User, path: str = "") -> str:
        """Return the URL of My apps, or of a path below it."""
        return f"{self.backend.bigcommerce_url}/manage/{self.store.hash}/{user.id}/apps{path}"

    def go_to_apps(self, user: User | None = None) -> None:
        self.window.page.goto(self.url(user or self.store.owner))

    def card(self, app: App) -> Locator:
        return self.window.page.get_by_role("region", name=app.name, exact=True)

    def consent(self, app: App) -> None:
        """Start to install the app as the owner."""
        self.go_to_apps()
        self.card(app).get_by_role("link", name="Install", exact=True).click()
        heading = self.window.page.get_by_role("heading", name=f"Install {app.name}")
        expect(heading).to_be_visible()

    def confirm(self) -> None:
        self.window.page.get_by_role("button", name="Confirm").click()

    def install(self, app: App) -> None:
        self.consent(app)
        self.confirm()
        self.expect_heading(f"{app.name} is installed")

    def open(self, app: App, user: User | None = None) -> None:
        self.go_to_apps(user)
        self.card(app).get_by_role("link", name="Open").click()

    def open_directly(self, app: App, user: User | None = None) -> None:
        """Open the app by its URL, whether it is installed or not."""
        self.window.page.goto(self.url(user or self.store.owner, f"/{app.client_id}"))

    def press(self, app: App, button: str) -> None:
        self.go_to_apps()
        self.card(app).get_by_role("button", name=button).click()

    def expect_heading(self, text: str) -> None:
        expect(self.frame.get_by_role("heading", name=text, exact=True)).to_be_visible()
