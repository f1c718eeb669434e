"""The registration sheet in HTML: one file, with a copy button for every value."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from portal.sheet.commands import Commands
from portal.sheet.documents import html_sheet, markdown_sheet
from portal.sheet.progress import COMPANY_STEPS, MARKETPLACE_STEPS, app_steps, next_step
from tests.ops.examples import EVERY_STAGE, app, many, registration

Attributes = dict[str, str]
VOID = {"meta", "input"}


class Page(HTMLParser):
    """A parsed page: its elements with their attributes and texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, Attributes]] = []
        self.texts: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "wbr":  # where a line may break
            return
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag not in VOID:
            self._open.append((tag, attributes.get("id", "")))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for tag, id_ in self._open:
            for key in {tag, f"#{id_}"}:
                self.texts[key] = self.texts.get(key, "") + data

    def all(self, tag: str) -> list[Attributes]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(html_sheet(EVERY_STAGE))


def test_the_page_has_every_sentence_of_the_markdown(page: Page) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown_sheet(EVERY_STAGE))
    inline = [token.children or [] for token in tokens if token.type == "inline"]
    texts = ["".join(child.content for child in children) for children in inline]
    parts = {part.strip("✓ .") for text in texts for part in re.split(r"(?<=[.:]) ", text)}
    sentences = {part for part in parts if part.count(" ") > 4}
    assert len(sentences) > 40
    shown = " ".join(page.texts["body"].split())
    assert {sentence for sentence in sentences if sentence not in shown} == set()


def test_every_url_every_scope_and_every_command_can_be_copied(page: Page) -> None:
    texts = {page.texts["#" + button["data-copies"]] for button in page.all("button")}
    for each in EVERY_STAGE.apps:
        assert texts >= {each.name, *each.callback_urls.values(), *each.scopes}
        assert {each.rutter_webhook_url} - {None} <= texts
    commands = set(
        re.findall(r"(?:pulumi|bigcommerce-backend) .*? --stack dev.*", page.texts["main"])
    )
    assert commands
    for command in commands:
        assert any(text in command for text in texts if "--stack" in text)


def test_every_step_has_a_checkbox_of_its_own(page: Page) -> None:
    steps = [box["data-step"] for box in page.all("input")]
    company = [f"company/{step.key}" for step in COMPANY_STEPS]
    own = [
        f"{each.organization_id}/{step.key}"
        for each in EVERY_STAGE.apps
        for step in app_steps(each)
    ]
    marketplace = [f"marketplace/{step.key}" for step in MARKETPLACE_STEPS]
    assert steps == company + own + marketplace
    assert page.all("body") == [{"data-stack": "dev"}]


def test_steps_that_the_settings_show_to_be_done_stay_ticked(page: Page) -> None:
    ticked = {box["data-step"] for box in page.all("input") if "checked" in box}
    assert ticked == {box["data-step"] for box in page.all("input") if "disabled" in box}
    folded = ["open" not in details for details in page.all("details")]
    assert folded == ["checked" in box for box in page.all("input")]


def test_ids_are_unique_and_references_resolve(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        for name in ("data-copies", "aria-labelledby"):
            assert attributes.get(name, ids[0]) in ids
    anchors = [link["href"][1:] for link in page.all("a") if link["href"].startswith("#")]
    assert set(anchors) <= set(ids)
    for each in EVERY_STAGE.apps:
        assert (
            f"step-{next_step(each, Commands(EVERY_STAGE)).step.key}-{each.organization_id}"
            in anchors
        )


def test_page_needs_no_other_file_and_runs_no_other_script(page: Page) -> None:
    (policy,) = [
        meta["content"]
        for meta in page.all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.texts[tag].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    names = {name for _, attributes in page.elements for name in attributes}
    assert {"src", "style", "action"}.isdisjoint(names)
    assert not any(name.startswith("on") for name in names)
    assert [tag for tag, _ in page.elements if tag == "link"] == []


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onclick='alert(1)",
        "{{ style }}",
        "&lt;b&gt;",
        "bell\x07 and \x1b[31mred",
    ],
)
def test_app_name_is_text_and_nothing_else(name: str) -> None:
    page = Page(html_sheet(registration(app(name=name))))
    plain = Page(html_sheet(registration(app(name="Plain"))))
    assert page.elements == plain.elements
    shown = "".join(each if each.isprintable() else " " for each in name)
    assert page.texts["#app-acme"] == " ".join(shown.split())


def test_the_page_has_each_of_many_apps() -> None:
    shown = Page(html_sheet(many(11))).texts
    assert {f"#app-org-{number}" for number in range(11)} <= shown.keys()
