"""Installing from a link outside the control panel, which ends at BigCommerce."""

import pytest
from playwright.sync_api import expect

from local.bigcommerce import App
from local.bigcommerce.faults import status
from tests.browser.merchant import Merchant

pytestmark = pytest.mark.browser


def follow_the_link(merchant: Merchant, app: App) -> None:
    """Go to the consent page of an install link, with the store selected."""
    page = merchant.window.page
    merchant.go_to_apps()
    merchant.card(app).get_by_role("link", name="Install link").click()
    expect(page.get_by_role("listitem")).to_have_count(len(app.scopes))
    expect(page.get_by_label("Store")).to_have_value(merchant.store.hash)


def expect_outcome(merchant: Merchant, app: App, outcome: str, message: str) -> None:
    page = merchant.window.page
    install_link = f"{merchant.backend.bigcommerce_url}/app/{app.client_id}/install"
    expect(page).to_have_url(f"{install_link}/{outcome}")
    expect(page.get_by_role("heading", name=f"Install {outcome}")).to_be_visible()
    expect(page.get_by_text(message)).to_be_visible()
    merchant.window.examine(f"install-{outcome}")


@pytest.mark.parametrize("organization_id", ["example", "elsewhere"])
def test_an_install_link_installs_and_returns_to_bigcommerce(
    merchant: Merchant, apps: dict[str, App], organization_id: str
) -> None:
    app = apps[organization_id]
    follow_the_link(merchant, app)
    merchant.window.examine("install-link")
    merchant.confirm()
    expect_outcome(merchant, app, "succeeded", f"{app.name} was installed.")
    merchant.go_to_apps()
    expect(merchant.card(app).get_by_text("Installed", exact=True)).to_be_visible()
    expect(merchant.log.nth(1)).to_contain_text("Auth (external)")
    expect(merchant.log.nth(1)).to_contain_text("302")


def test_a_cancelled_or_failed_install_installs_nothing(merchant: Merchant, app: App) -> None:
    follow_the_link(merchant, app)
    merchant.window.page.get_by_role("link", name="Cancel").click()
    expect_outcome(merchant, app, "failed", f"{app.name} was not installed.")
    follow_the_link(merchant, app)
    merchant.backend.bigcommerce.token_endpoint.next_answers.append(status(400))
    merchant.confirm()
    expect_outcome(merchant, app, "failed", f"{app.name} was not installed.")
    assert merchant.backend.bigcommerce.installation(app, merchant.store) is None
