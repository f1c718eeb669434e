"""The HTML registration sheet, opened from a file: copying, ticking off, and appearance."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from portal.sheet.documents import html_sheet
from tests.browser.window import Window
from tests.ops.examples import EVERY_STAGE, GLOBEX

pytestmark = pytest.mark.browser

LOAD_URL = "https://apps.example.com/hooli/load"
FOLDED_URL = f"https://apps.example.com/{GLOBEX}/load"  # of a completed step
BUTTON = "[data-copies='loadCallbackUrl-hooli']"
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


def test_a_browser_without_clipboard_copies_the_older_way_or_selects(sheet: Page) -> None:
    sheet.evaluate(NO_CLIPBOARD)
    sheet.evaluate(
        "document.addEventListener('copy', () => { window.copied = `${getSelection()}` })"
    )
    sheet.locator(BUTTON).click()
    expect(sheet.locator(BUTTON)).to_contain_text("Copied")
    assert sheet.evaluate("window.copied") == LOAD_URL
    sheet.evaluate("document.execCommand = () => false")
    sheet.locator(BUTTON).click()
    expect(sheet.get_by_role("status")).to_have_text("Selected: copy it with the keyboard")
    assert sheet.evaluate("`${getSelection()}`") == LOAD_URL


def test_ticks_are_remembered_for_each_app(sheet: Page) -> None:
    sheet.get_by_role("region", name="Acme & Sons").get_by_label("Create the app").check()
    for step in ("acme/test-store", "marketplace/partner-id", "marketplace/submit"):
        sheet.locator(f"[data-step='{step}']").check()
    sheet.locator("[data-step='marketplace/submit']").uncheck()
    sheet.reload()
    for step in ("acme/create", "acme/test-store", "marketplace/partner-id"):
        expect(sheet.locator(f"[data-step='{step}']")).to_be_checked()
    for step in ("marketplace/submit", "hooli/test-store"):
        expect(sheet.locator(f"[data-step='{step}']")).not_to_be_checked()
    known = sheet.locator(f"[data-step='{GLOBEX}/credentials']")  # done, as the stack knows
    expect(known).to_be_checked()
    expect(known).to_be_disabled()


def test_print_shows_every_url_and_no_button(sheet: Page) -> None:
    sheet.emulate_media(media="print", color_scheme="dark")
    for url in (LOAD_URL, FOLDED_URL):
        expect(sheet.get_by_text(url, exact=True)).to_be_visible()
    expect(sheet.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(sheet.get_by_role("button")).to_have_count(0)


def test_finished_steps_fold_and_the_next_one_is_a_link_away(sheet: Page) -> None:
    expect(sheet.get_by_text(FOLDED_URL, exact=True)).to_be_hidden()
    own = sheet.get_by_role("region", name="Acme & Sons")
    url = own.get_by_text("https://apps.example.com/acme/load", exact=True)
    expect(url).to_be_visible()
    own.get_by_label("Enter the callback URLs").check()
    expect(url).to_be_hidden()
    sheet.get_by_role("link", name="Step 6").click()
    expect(sheet.locator(f"#step-rutter-platform-{GLOBEX}")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sheet_can_be_used_by_everyone(
    sheet: Page, window: Window, scheme: Literal["light", "dark"]
) -> None:
    sheet.emulate_media(color_scheme=scheme)
    expect(sheet.get_by_role("heading", level=1)).to_be_visible()
    window.examine(f"registration-sheet-{scheme}")
