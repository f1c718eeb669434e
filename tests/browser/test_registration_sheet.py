"""The registration sheet in HTML, opened from a file: copying, ticking off, and looks."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from registration.sheet.documents import html_sheet
from tests.browser.window import Window
from tests.registration.examples import EVERY_STAGE, GLOBEX

pytestmark = pytest.mark.browser

LOAD_URL = f"https://apps.example.com/{GLOBEX}/load"
BUTTON = f"[data-copies='loadCallbackUrl-{GLOBEX}']"
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: undefined})"


@pytest.fixture
def sheet(window: Window, tmp_path: Path) -> Page:
    file = tmp_path / "sheet.html"
    file.write_text(html_sheet(EVERY_STAGE), encoding="utf-8")
    window.page.goto(file.as_uri())
    return window.page


def test_a_url_is_copied_with_a_click(sheet: Page) -> None:
    sheet.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sheet.locator(BUTTON).click()
    expect(sheet.locator(BUTTON)).to_contain_text("Copied")
    expect(sheet.get_by_role("status")).to_have_text("Copied")
    assert sheet.evaluate("navigator.clipboard.readText()") == LOAD_URL


def test_a_browser_without_clipboard_copies_the_older_way(sheet: Page) -> None:
    sheet.evaluate(NO_CLIPBOARD)
    sheet.evaluate(
        "document.addEventListener('copy', () => { window.copied = `${getSelection()}` })"
    )
    sheet.locator(BUTTON).click()
    expect(sheet.locator(BUTTON)).to_contain_text("Copied")
    assert sheet.evaluate("window.copied") == LOAD_URL


def test_a_browser_that_cannot_copy_selects(sheet: Page) -> None:
    sheet.evaluate(NO_CLIPBOARD)
    sheet.evaluate("document.execCommand = () => false")
    sheet.locator(BUTTON).click()
    expect(sheet.get_by_role("status")).to_have_text("Selected: copy it with the keyboard")
    assert sheet.evaluate("`${getSelection()}`") == LOAD_URL


def test_ticks_are_remembered_for_each_app(sheet: Page) -> None:
    sheet.get_by_role("region", name="Acme & Sons").get_by_label("Create the app").check()
    for step in ("acme/10", "company/4", "acme/11"):
        sheet.locator(f"[data-step='{step}']").check()
    sheet.locator("[data-step='acme/11']").uncheck()
    sheet.reload()
    for step in ("acme/7", "acme/10", "company/4"):
        expect(sheet.locator(f"[data-step='{step}']")).to_be_checked()
    for step in ("acme/11", "hooli/10"):
        expect(sheet.locator(f"[data-step='{step}']")).not_to_be_checked()
    known = sheet.locator(f"[data-step='{GLOBEX}/9']")  # what the stack knows to be done
    expect(known).to_be_checked()
    expect(known).to_be_disabled()


def test_print_shows_every_url_and_no_button(sheet: Page) -> None:
    sheet.emulate_media(media="print")
    expect(sheet.get_by_text(LOAD_URL, exact=True)).to_be_visible()
    expect(sheet.get_by_role("button")).to_have_count(0)


def test_the_sheet_can_be_used_by_everyone(sheet: Page, window: Window) -> None:
    expect(sheet.get_by_role("heading", level=1)).to_be_visible()
    window.examine("registration-sheet")
