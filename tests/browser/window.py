"""A browser window that collects console messages and checks its pages."""

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import ConsoleMessage, Error, Frame, Page

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
WIDE = 1280
NARROW = 360
HEIGHT = 800
# Each frame is checked separately: a page cannot access a frame of another origin.
AXE_OPTIONS = {"resultTypes": ["violations"], "iframes": False}

# The elements that are wider than their container, so that the page or an element scrolls.
WIDER_THAN_ITS_ROOM = """() => [...document.querySelectorAll("*")]
  .filter((element) => element.scrollWidth > element.clientWidth)
  .filter((element) => element === document.documentElement
    || ["auto", "scroll"].includes(getComputedStyle(element).overflowX))
  .map((element) => `${element.tagName} ${element.id} ${element.scrollWidth}`)"""


class Window:
    """A window with one page.

    An unexpected error or warning on the console fails the test at its end. So does an expected
    message that did not appear.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self._complaints: list[str] = []
        self._expected: list[str] = []
        page.on("console", self._note_message)
        page.on("pageerror", self._note_error)

    @property
    def framed(self) -> Frame:
        (frame,) = self.page.main_frame.child_frames
        return frame

    def expect_complaint(self, part: str) -> None:
        self._expected.append(part)

    def assert_complaints_expected(self) -> None:
        unexpected = [
            complaint
            for complaint in self._complaints
            if not any(part in complaint for part in self._expected)
        ]
        assert not unexpected, unexpected
        for part in self._expected:
            assert any(part in complaint for complaint in self._complaints), part

    def examine(self, name: str) -> None:
        """Fail if a page is not accessible; keep a screenshot at each width."""
        for width in (NARROW, WIDE):
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            for frame in self.page.frames:
                frame.wait_for_load_state()
                wider = frame.evaluate(WIDER_THAN_ITS_ROOM)
                assert wider == [], f"{name} at {width} px: {wider}"
            self.page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)
        for frame in self.page.frames:
            found = faults(frame)
            assert found == [], f"{name}: {found}"

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._complaints.append(message.text)

    def _note_error(self, error: Error) -> None:
        self._complaints.append(error.message)


def faults(frame: Frame) -> list[str]:
    found: list[dict[str, Any]] = Axe().run(frame, options=AXE_OPTIONS).response["violations"]
    return [
        f"{fault['impact']}: {fault['help']}: {[node['html'] for node in fault['nodes']]}"
        for fault in found
    ]
