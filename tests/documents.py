"""The repository's documents, so that tests run what they show and compare what they say."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    path
    for glob in ("*", "docs/**/*", "examples/*/*", "templates/*/*")
    for path in ROOT.glob(f"{glob}.md")
)

MARKDOWN = MarkdownIt("commonmark").enable("table")


@cache
def parsed(document: Path) -> list[Token]:
    return MARKDOWN.parse(document.read_text(encoding="utf-8"))


def blocks(language: str) -> Iterator[str]:
    """Yield every code block of a language, in every document."""
    for document in DOCUMENTS:
        for token in parsed(document):
            if token.type == "fence" and token.info == language:
                yield token.content


def snippet(defining: str) -> str:
    """Return the Python block that defines this function."""
    (found,) = [block for block in blocks("python") if f"def {defining}(" in block]
    return found


def table(document: str, *columns: str) -> list[list[str]]:
    """Return the rows of the document's only table with these columns, as Markdown."""
    tables: list[list[list[str]]] = []
    for before, token in pairwise(parsed(ROOT / document)):
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append([])
        elif before.type in {"th_open", "td_open"}:
            tables[-1][-1].append(token.content)
    (rows,) = [rows[1:] for rows in tables if rows[0] == list(columns)]
    return rows


def code_spans(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)
