"""Make text from strangers safe to show."""

import re
import string


def one_line(text: str) -> str:
    """Return the text in one line, without characters that control a terminal."""
    visible = (character if character.isprintable() else " " for character in text)
    return " ".join("".join(visible).split())


def escape_markdown(text: str) -> str:
    """Return the text in one line: a name must not become a heading, a list, a link or a cell.

    Source: CommonMark, "Backslash escapes": any ASCII punctuation character can be escaped.
    """
    return re.sub(f"([{re.escape(string.punctuation)}])", r"\\\1", one_line(text))
