"""The registration sheet in Markdown."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from portal.model import AppRegistration
from portal.sheet.documents import html_sheet, markdown_sheet
from tests.ops.examples import BASE_URL, EVERY_STAGE, OLD_BASE_URL, app, many, ready, registration

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def sheet(*apps: AppRegistration) -> str:
    return markdown_sheet(registration(*apps))


def test_the_sheet_of_apps_at_every_stage_is_the_recorded_one() -> None:
    golden = Path(__file__).with_name("sheet_every_stage.md")
    assert markdown_sheet(EVERY_STAGE) == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("render", [markdown_sheet, html_sheet])
def test_commands_of_an_app_that_is_chosen_alone_have_its_position(
    render: Callable[..., str],
) -> None:
    stack = many(12)
    text = render(stack, stack.apps[10:11])
    assert set(re.findall(r"apps\[\d+\]", text)) == {"apps[10]"}
    assert set(re.findall(r"org-\d+", text)) == {"org-10"}


def test_more_than_ten_apps_have_a_table_of_their_statuses_instead_of_sheets() -> None:
    assert len(headings_of(markdown_sheet(many(10)))) == 5 + 10
    text = markdown_sheet(many(11))
    assert [each.content for each in headings_of(text)] == ["Registration sheet of stack dev"]
    assert "11 apps: 6 awaiting registration, 5 ready." in text
    assert (
        "\nbigcommerce-backend sheet --stack dev --app ORGANIZATION_ID --format markdown\n" in text
    )
    rows = re.findall(r"^\| App (\d+) \| `org-\d+` \| (\S+) \| (.+) \|$", text, flags=re.MULTILINE)
    assert [int(number) for number, *_ in rows] == [*range(11)]
    assert {row[1:] for row in rows} == {
        ("awaiting-registration", "step 3: Create the app"),
        ("ready", "step 6: Install the app on a test store"),
    }
    assert [token.type for token in MARKDOWN.parse(text)].count("table_open") == 1


def test_app_name_is_text_among_many_too() -> None:
    others = many(11).apps
    named = registration(app(name="a | b\n# c"), *others)
    assert shape(markdown_sheet(named)) == shape(
        markdown_sheet(registration(app(name="Plain"), *others))
    )


def test_only_the_sheet_of_an_app_with_rutter_mentions_rutter() -> None:
    assert "Rutter" not in sheet(app(), ready("globex"))
    assert "webhook" not in sheet(ready(rutter=True))


def test_only_a_stack_with_its_apps_in_its_configuration_can_count_consents() -> None:
    packaged = EVERY_STAGE.model_copy(update={"packaged": True})
    for render in (markdown_sheet, html_sheet):
        assert "stores consents --stack dev" in render(EVERY_STAGE)
        assert "every store must consent again" in render(packaged)
        assert "count the stores" not in render(packaged)
        assert "stores consents" not in render(packaged)


@pytest.mark.parametrize(
    ("of", "done"),
    [
        (app(), []),
        (app(partner_id="4711"), [1, 2, 3, 4]),  # of the marketplace
        (app(registered_base_url=BASE_URL), [1, 2, 3, 4]),
        (ready(), [*range(1, 6)]),
    ],
)
def test_steps_that_the_settings_show_to_be_done_are_marked(
    of: AppRegistration, done: list[int]
) -> None:
    marked = re.findall(r"^(\d+)\. ✓ ", sheet(of), flags=re.MULTILINE)
    assert [int(number) for number in marked] == done


def headings_of(text: str) -> list[Token]:
    tokens = MARKDOWN.parse(text)
    return [content for opening, content in pairwise(tokens) if opening.type == "heading_open"]


def shape(text: str) -> list[tuple[str, ...]]:
    """A document's elements and their nesting, without their texts."""
    return [
        (token.type, token.tag, *(child.type for child in token.children or []))
        for token in MARKDOWN.parse(text)
    ]


PLAIN_SHAPE = shape(sheet(app(name="Plain"), ready("globex")))
NAMES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=100
).filter(lambda name: any(character.isalnum() for character in name))


@given(name=NAMES)
@example(name="a | b | c")
@example(name="[here](https://evil.example)")
@example(name="<script>alert(1)</script>")
@example(name="`code` ``` ~~~ ~~gone~~")
@example(name="**bold** _it_ __b__")
@example(name="&lt;b&gt; &#35;")
@example(name="ends with a backslash \\")
@example(name="two\n\n# paragraphs")
@example(name="a\r\n| b | c |")
@example(name="{{ stack }}{% raw %}")
def test_app_name_is_text_and_nothing_else(name: str) -> None:
    text = sheet(app(name=name), ready("globex"))
    assert shape(text) == PLAIN_SHAPE
    heading = headings_of(text)[3]
    shown = "".join(child.content for child in heading.children or [])
    visible = "".join(each if each.isprintable() else " " for each in name)
    assert shown.split() == visible.split()


@pytest.mark.parametrize("name", ["https://a.example", "www.a.example", "${outputs.baseUrl}"])
def test_an_app_name_becomes_neither_a_link_nor_an_output(name: str) -> None:
    """GitHub makes links of bare addresses, and Pulumi Cloud fills outputs in."""
    assert name not in sheet(app(name=name))


def test_a_domain_is_suggested_until_the_portal_has_the_apis_own_urls() -> None:
    advice = "If you want your own domain"
    for format_ in (markdown_sheet, html_sheet):
        assert advice in format_(registration(app(base_url=OLD_BASE_URL)))
        for other in (app(), ready(base_url=OLD_BASE_URL, registered_base_url=OLD_BASE_URL)):
            assert advice not in format_(registration(other))
