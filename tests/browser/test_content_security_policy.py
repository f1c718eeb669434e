"""The Content-Security-Policy of the pages, as the browser enforces it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Route, expect

from local.bigcommerce import App, load_url
from local.bigcommerce.faults import with_fields
from local.loopback_http import get
from tests.browser.conftest import HOSTILE, web_page
from tests.browser.merchant import Merchant

pytestmark = pytest.mark.browser

# Ways to inject markup. Each marks the document if it works.
INJECTED = """
<style>body { --style-block: taken }</style>
<p style="--style-attribute: taken" onclick="document.title = 'taken'">Injected</p>
<script>document.documentElement.dataset.script = "taken"</script>
<img alt="" src="data:," onerror="document.documentElement.dataset.handler = 'taken'">
<base href="http://elsewhere.localhost/">
"""
TAKEN = """() => [
  getComputedStyle(document.body).getPropertyValue("--style-block"),
  getComputedStyle(document.querySelector("p[onclick]")).getPropertyValue("--style-attribute"),
  document.documentElement.dataset.script ?? "",
  document.documentElement.dataset.handler ?? "",
  document.baseURI.startsWith("http://elsewhere.localhost") ? "taken" : "",
].map((value) => value.trim())"""


def framing(url: str) -> str:
    return f'<!doctype html><title>Another site</title><iframe src="{url}"></iframe>'


def test_another_site_may_not_frame_the_app(merchant: Merchant, app: App, app_origin: str) -> None:
    merchant.install(app)
    merchant.window.expect_complaint("frame-ancestors")
    url = load_url(app, merchant.store, merchant.store.owner)
    with web_page(framing(url)) as site:
        merchant.window.page.goto(site)
        merchant.window.page.wait_for_load_state("networkidle")
        assert "installed" not in merchant.frame.locator("body").inner_text()
        assert merchant.window.framed.url.startswith("chrome-error:")
    with web_page(framing(app_origin)) as site:  # any site may frame it
        merchant.window.page.goto(site)
        merchant.expect_heading("The app itself")


def with_injected_markup(url: str, *, without: str) -> Callable[[Route], None]:
    """Answer as the app does, with injected markup and without one header."""

    def answer(route: Route) -> None:
        response = get(url, timeout=30)
        headers = {
            name: value for name, value in response.headers.items() if name.lower() != without
        }
        body = response.text.replace("</main>", f"</main>{INJECTED}")
        route.fulfill(status=response.status, headers=headers, body=body)

    return answer


@pytest.mark.parametrize(
    ("without", "taken"),
    [("", [""] * 5), ("content-security-policy", ["taken"] * 5)],
    ids=["with the policy", "without it"],
)
def test_injected_markup_works_only_without_the_policy(
    merchant: Merchant, app: App, without: str, taken: list[str]
) -> None:
    merchant.install(app)
    page, url = merchant.window.page, load_url(app, merchant.store, merchant.store.owner)
    page.route(url, with_injected_markup(url, without=without))
    if not without:
        for directive in ("style-src", "script-src", "base-uri", "img-src"):
            merchant.window.expect_complaint(directive)
    merchant.window.framed.goto(url)
    expect(merchant.frame.get_by_text("Injected")).to_be_visible()
    assert merchant.window.framed.evaluate(TAKEN) == taken


def test_hostile_names_stay_text(merchant: Merchant, apps: dict[str, App]) -> None:
    hostile_app, store, bigcommerce = apps["hostile"], merchant.store, merchant.backend.bigcommerce
    merchant.store = replace(store, name=HOSTILE, owner=replace(store.owner, username=HOSTILE))
    bigcommerce.stores[store.hash] = merchant.store
    bigcommerce.token_endpoint.next_answers.append(with_fields(scope=HOSTILE.replace(" ", "_")))
    merchant.go_to_apps()
    merchant.window.examine("hostile-apps")
    merchant.consent(hostile_app)
    merchant.window.examine("hostile-consent")
    merchant.confirm()
    merchant.expect_heading(f"{HOSTILE} is installed")
    expect(merchant.frame.locator("li", has_text="taken").first).to_be_visible()
    merchant.window.examine("hostile-installed")
    for frame in merchant.window.page.frames:
        assert frame.locator("#taken").count() == 0
        assert HOSTILE in frame.title()
