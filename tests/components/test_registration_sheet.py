"""The registration sheet: Rutter's guide with the stack's values filled in."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import ValidationError

from components.registration import Registration, registration_sheet
from components.settings import App
from tests.components.recorder import Recording
from tests.components.stacks import ACME_APP, CLIENT_SECRET, REGISTERED_GLOBEX_APP

BASE_URL = "https://apps.example.com"
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def sheet(*apps: dict[str, Any]) -> str:
    registrations = [Registration(App.model_validate(app), BASE_URL) for app in apps]
    return registration_sheet("dev", registrations)


def golden(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def test_sheet_of_one_app_that_awaits_registration(awaiting: Recording) -> None:
    assert awaiting.outputs["registrationSheet"] == golden("sheet_one_awaiting.md")


def test_sheet_of_two_apps_of_which_one_is_ready(two_apps: Recording) -> None:
    assert two_apps.outputs["registrationSheet"] == golden("sheet_two_one_ready.md")


def test_client_secret_is_not_in_the_sheet(two_apps: Recording) -> None:
    assert CLIENT_SECRET not in two_apps.outputs["registrationSheet"]


@pytest.mark.parametrize(
    ("apps", "steps"),
    [
        ([ACME_APP], [*range(1, 12)]),
        ([ACME_APP, REGISTERED_GLOBEX_APP], [*range(1, 12), *range(7, 12)]),
    ],
)
def test_every_step_of_the_guide_is_there(apps: list[dict[str, Any]], steps: list[int]) -> None:
    numbers = re.findall(r"^(\d+)\. ", sheet(*apps), flags=re.MULTILINE)
    assert [int(number) for number in numbers] == steps


def test_commands_are_for_the_app_they_stand_under() -> None:
    text = sheet(REGISTERED_GLOBEX_APP, ACME_APP)
    assert "pulumi config set --stack dev --path 'apps[1].clientId' CLIENT_ID" in text
    assert "pulumi config set --stack dev --secret --path 'clientSecrets.acme'" in text
    assert "'apps[1].partnerId' PARTNER_ID" in text
    assert "apps[0]" not in text


@pytest.mark.parametrize(
    ("apps", "next_"),
    [
        (
            [ACME_APP],
            r"- Register **Acme \& Sons** (steps 7 to 9), then run `pulumi up --stack dev`.",
        ),
        ([REGISTERED_GLOBEX_APP], "- Every app is ready. Install it on a test store."),
        (
            [REGISTERED_GLOBEX_APP, ACME_APP | {"clientId": "abc"}],
            "- Every app is ready. Install each on a test store.",
        ),
    ],
)
def test_sheet_ends_with_what_is_next(apps: list[dict[str, Any]], next_: str) -> None:
    assert sheet(*apps).endswith(f"\n## Next\n\n{next_}\n")


def test_every_line_is_markdown_that_was_meant() -> None:
    """No template tag left over, no blank line within a table, no trailing space."""
    text = sheet(REGISTERED_GLOBEX_APP, ACME_APP)
    assert not re.search(r"\{[{%]|[%}]\}| \n|\n\n\n", text)
    headings = [each.content for each in headings_of(text)]
    assert headings == [
        "Registration sheet of stack dev",
        "Once for your company",
        r"Globex \*Sync\*",
        r"Acme \& Sons",
        "Try it on a test store",
        "Launch",
        "Next",
    ]
    # The apps; and for each the Technical tab and the scopes.
    assert [token.type for token in MARKDOWN.parse(text)].count("table_open") == 1 + 2 * 2


def headings_of(text: str) -> list[Token]:
    tokens = MARKDOWN.parse(text)
    return [content for opening, content in pairwise(tokens) if opening.type == "heading_open"]


def shape(text: str) -> list[tuple[str, ...]]:
    """A document's elements and their nesting, without their texts."""
    return [
        (token.type, token.tag, *(child.type for child in token.children or []))
        for token in MARKDOWN.parse(text)
    ]


def accepted(name: str) -> dict[str, Any]:
    """An app with this name, where the settings allow it."""
    app = ACME_APP | {"name": name}
    try:
        App.model_validate(app)
    except ValidationError:
        assume(False)
    return app


@given(name=st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\r\t")))
@example(name="# heading")
@example(name="a | b | c")
@example(name="| --- |")
@example(name="[here](https://evil.example)")
@example(name="![x](https://evil.example/x.png)")
@example(name="<https://evil.example>")
@example(name="<script>alert(1)</script>")
@example(name="`code` ``` ~~~ ~~gone~~")
@example(name="**bold** _it_ __b__")
@example(name="&lt;b&gt; &#35;")
@example(name="\\")
@example(name="ends with a backslash \\")
@example(name="- an item")
@example(name="+ an item")
@example(name="1. an item")
@example(name="1) an item")
@example(name="> a quotation")
@example(name="[here]: https://evil.example")
@example(name="two\nlines")
@example(name="two\n\n# paragraphs")
@example(name="a\n---")
@example(name="a\r\n| b | c |")
@example(name="---")
@example(name="{{ stack }}{% raw %}")
def test_app_name_is_text_and_nothing_else(name: str) -> None:
    text = sheet(accepted(name), REGISTERED_GLOBEX_APP)
    assert shape(text) == shape(sheet(ACME_APP | {"name": "Plain"}, REGISTERED_GLOBEX_APP))
    heading = headings_of(text)[2]
    shown = "".join(child.content for child in heading.children or [])
    assert shown.split() == name.split()


@pytest.mark.parametrize("name", ["https://evil.example", "www.evil.example"])
def test_app_name_that_is_an_address_does_not_become_a_link(name: str) -> None:
    """GitHub's Markdown makes links of bare addresses."""
    assert name not in sheet(ACME_APP | {"name": name})
