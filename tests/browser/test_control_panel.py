"""A full install lifecycle, as the users of a store see it."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, expect

from local.bigcommerce import App
from tests.browser.merchant import Merchant
from tests.browser.window import HEIGHT, NARROW

pytestmark = pytest.mark.browser

# Whether each line of a heading starts to the right of the heading's mark.
LINES_BESIDE_THE_MARK = """(heading) => {
  const text = document.createRange();
  text.selectNodeContents(heading.lastChild);
  const mark = heading.firstElementChild.getBoundingClientRect();
  return [...text.getClientRects()].map((line) => line.left >= mark.right);
}"""


def test_each_install_ends_at_the_apps_page_in_a_frame(merchant: Merchant, app: App) -> None:
    window = merchant.window
    merchant.go_to_apps()
    window.examine("apps-not-installed")
    merchant.consent(app)
    expect(window.page.get_by_role("listitem")).to_have_text(
        [
            re.compile("^Information & Settings: read-only ?The app can see .+ cannot change it.$"),
            re.compile("^Products: read-only ?The app can see"),
            re.compile("^Orders: modify ?The app can see, add, change and delete"),
        ]
    )
    window.examine("consent")
    window.page.get_by_role("link", name="Cancel").click()
    expect(merchant.card(app).get_by_text("Not installed")).to_be_visible()
    assert merchant.backend.bigcommerce.installation(app, merchant.store) is None
    for link in ("Install", "Install again"):
        merchant.go_to_apps()
        merchant.card(app).get_by_role("link", name=link, exact=True).click()
        merchant.confirm()
        merchant.expect_heading("Example Commerce is installed")
    expect(merchant.frame.get_by_text(merchant.store.hash)).to_be_visible()
    window.examine("installed")
    window.page.set_viewport_size({"width": NARROW, "height": HEIGHT})
    heading = merchant.frame.get_by_role("heading", name="Example Commerce is installed")
    lines = heading.evaluate(LINES_BESIDE_THE_MARK)
    assert len(lines) > 1
    assert all(lines)
    # The app is in a frame of another origin.
    assert urlsplit(window.framed.url).netloc == urlsplit(app.callback_urls.auth).netloc
    assert urlsplit(window.framed.url).netloc != urlsplit(window.page.url).netloc
    assert window.page.evaluate("document.querySelector('iframe').contentDocument") is None


def test_an_app_at_its_own_url_gets_a_token(
    merchant: Merchant, apps: dict[str, App], app_origin: str
) -> None:
    merchant.consent(apps["elsewhere"])
    merchant.confirm()
    merchant.expect_heading("The app itself")
    merchant.window.examine("app-url")
    merchant.open(apps["elsewhere"])
    merchant.expect_heading("The app itself")
    assert re.fullmatch(
        rf"{app_origin}/bigcommerce\?theme=plain&handoff_token=[\w.-]+", merchant.window.framed.url
    )


def test_only_the_owner_can_install(merchant: Merchant, app: App) -> None:
    (assistant,) = merchant.store.staff
    merchant.go_to_apps(assistant)
    expect(merchant.card(app)).to_contain_text("Only the store's owner can install it.")
    merchant.window.expect_complaint("status of 403")
    merchant.window.page.goto(merchant.url(assistant, f"/{app.client_id}/install"))
    expect(merchant.window.page.get_by_role("region", name="Not allowed")).to_be_visible()
    merchant.window.examine("owner-only")


def test_the_app_tells_the_owner_from_a_second_user(merchant: Merchant, app: App) -> None:
    (assistant,) = merchant.store.staff
    merchant.install(app)
    merchant.open(app)
    merchant.expect_heading("Example Commerce is installed")
    expect(merchant.frame.get_by_text("You are the owner of this store.")).to_be_visible()
    merchant.window.examine("opened")
    page = merchant.window.page
    switch = page.get_by_label("Logged in as")
    switch.select_option(f"{merchant.store.hash}/{assistant.id}")
    page.get_by_role("button", name="Switch").click()
    expect(page).to_have_url(merchant.url(assistant))
    expect(switch).to_have_value(f"{merchant.store.hash}/{assistant.id}")
    merchant.card(app).get_by_role("link", name="Open").click()
    expect(merchant.frame.get_by_text("You are a user of this store.")).to_be_visible()


def test_a_removed_users_old_frame_is_refused(merchant: Merchant, app: App) -> None:
    (assistant,) = merchant.store.staff
    merchant.install(app)
    merchant.open(app, assistant)
    merchant.expect_heading("Example Commerce is installed")
    old_url = merchant.window.framed.url
    merchant.go_to_apps()
    merchant.window.examine("apps-installed")
    merchant.press(app, "Remove user assistant")
    expect(merchant.card(app).get_by_text(assistant.email)).to_have_count(0)
    merchant.open(app)
    merchant.expect_heading("Example Commerce is installed")
    merchant.window.expect_complaint("status of 401")
    merchant.window.framed.goto(old_url)
    merchant.expect_heading("This link is not valid")
    merchant.window.examine("error-401")


def test_the_log_shows_an_uninstall_and_a_refused_load(merchant: Merchant, app: App) -> None:
    merchant.install(app)
    merchant.press(app, "Uninstall")
    expect(merchant.card(app).get_by_text("Not installed")).to_be_visible()
    expect(merchant.log.first.get_by_title(app.callback_urls.uninstall)).to_be_visible()
    merchant.window.expect_complaint("status of 404")
    merchant.open_directly(app)
    merchant.expect_heading("The app is not installed on this store")
    merchant.window.examine("error-404-not-installed")
    answered = [
        "Load.*the store uninstalled the app.*Request ID.*Log line.*404",
        "Uninstall.*Log line.*200",
        "Token endpoint.*200",
        "Auth.*Log line.*200",
    ]
    for row, expected in zip(merchant.log.all(), answered, strict=False):
        expect(row).to_have_text(re.compile(expected, re.DOTALL))


def test_the_keyboard_alone_installs(merchant: Merchant, app: App) -> None:
    page = merchant.window.page
    merchant.go_to_apps()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    tab_to(merchant, merchant.card(app).get_by_role("link", name="Install", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Install Example Commerce")).to_be_visible()
    tab_to(merchant, page.get_by_role("button", name="Confirm"))
    page.keyboard.press("Enter")
    merchant.expect_heading("Example Commerce is installed")
    tab_to(merchant, merchant.frame.get_by_role("link", name="Get support"))


def tab_to(merchant: Merchant, target: Locator) -> None:
    for _ in range(30):
        merchant.window.page.keyboard.press("Tab")
        if target.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError("Tab does not lead there")
