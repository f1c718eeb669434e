"""The error pages in the frame."""

import pytest

from local.bigcommerce import App
from local.bigcommerce.faults import status
from tests.browser.merchant import Merchant

pytestmark = pytest.mark.browser


def test_a_failed_exchange_shows_its_cause(merchant: Merchant, app: App) -> None:
    merchant.backend.bigcommerce.token_endpoint.next_answers.extend([status(500)] * 3)
    merchant.consent(app)
    merchant.window.expect_complaint("status of 502")
    merchant.confirm()
    merchant.expect_heading("BigCommerce could not be reached")
    merchant.window.examine("error-502")
    merchant.backend.bigcommerce.token_endpoint.next_answers.append(status(400))
    merchant.consent(app)
    merchant.window.expect_complaint("status of 400")
    merchant.confirm()
    merchant.expect_heading("The installation could not be completed")
    merchant.window.examine("error-400-code-refused")


def test_a_refused_user_sees_the_cause(merchant: Merchant, apps: dict[str, App]) -> None:
    owners_app = apps["owners"]
    merchant.install(owners_app)
    for app, user, status_, heading in (
        (owners_app, merchant.store.staff[0], 403, "Only the store owner can use this app"),
        (apps["early"], merchant.store.owner, 503, "This app is not registered yet"),
    ):
        merchant.window.expect_complaint(f"status of {status_}")
        merchant.open_directly(app, user)
        merchant.expect_heading(heading)
        merchant.window.examine(f"error-{status_}")
