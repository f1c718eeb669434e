"""What people see in the frame when something is wrong."""

from dataclasses import replace

import pytest

from local.bigcommerce import App, load_url
from local.bigcommerce.faults import status
from tests.browser.merchant import Merchant


def test_a_code_that_is_refused(merchant: Merchant, app: App) -> None:
    merchant.backend.bigcommerce.token_endpoint.next_answers.append(status(400))
    merchant.consent(app)
    merchant.window.expect_complaint("status of 400")
    merchant.confirm()
    merchant.expect_heading("The installation could not be completed")
    merchant.window.examine("error-400-code-refused")


def test_a_link_without_its_payload(merchant: Merchant, app: App) -> None:
    merchant.install(app)
    merchant.window.expect_complaint("status of 400")
    merchant.window.framed.goto(app.callback_urls.load)
    merchant.expect_heading("This link is incomplete")
    merchant.window.examine("error-400-incomplete")


def test_a_forged_payload(merchant: Merchant, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    merchant.install(app)
    monkeypatch.setattr(app, "client_secret", "0" * 64)
    merchant.window.expect_complaint("status of 401")
    merchant.open(app)
    merchant.expect_heading("This link is not valid")
    merchant.window.examine("error-401")


def test_a_second_user_where_only_owners_may(merchant: Merchant, owners_app: App) -> None:
    merchant.install(owners_app)
    merchant.window.expect_complaint("status of 403")
    merchant.open(owners_app, merchant.store.staff[0])
    merchant.expect_heading("Only the store owner can use this app")
    merchant.window.examine("error-403")


def test_an_address_without_an_app(merchant: Merchant, app: App) -> None:
    merchant.install(app)
    urls = replace(app.callback_urls, load=app.callback_urls.load.replace("example", "nobody"))
    merchant.window.expect_complaint("status of 404")
    nobody = replace(app, callback_urls=urls)
    merchant.window.framed.goto(load_url(nobody, merchant.store, merchant.store.owner))
    merchant.expect_heading("No such app")
    merchant.window.examine("error-404-no-such-app")


def test_bigcommerce_that_fails(merchant: Merchant, app: App) -> None:
    merchant.backend.bigcommerce.token_endpoint.next_answers.extend([status(500)] * 3)
    merchant.consent(app)
    merchant.window.expect_complaint("status of 502")
    merchant.confirm()
    merchant.expect_heading("BigCommerce could not be reached")
    merchant.window.examine("error-502")


def test_an_app_that_is_not_registered(merchant: Merchant, early_app: App) -> None:
    merchant.window.expect_complaint("status of 503")
    merchant.open_directly(early_app)
    merchant.expect_heading("This app is not registered yet")
    merchant.window.examine("error-503")
