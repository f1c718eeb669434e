"""The check of the sentences finds what the style rules out, and names the line."""

from tests.docs import prose

LONG = " ".join(["Word"] * 26)


def problems(path: str, source: str) -> list[str]:
    return [
        line for line in prose.check(path, source) if line.startswith(f"{path}:") and "'" in line
    ]


def test_a_long_sentence_and_a_banned_word_are_found_on_their_lines() -> None:
    page = f"# Page\n\nShort. {LONG}.\n\n| A |\n| --- |\n| Start\nanew | \n"
    assert problems("page.md", page) == [
        f"page.md:3: 26 words in a sentence: {LONG[:50]!r}",
        "page.md:8: 'anew': again",
    ]


def test_code_is_one_word_and_is_not_checked() -> None:
    assert not problems("page.md", f"A `{LONG} anew` is code.\n\n    {LONG}\n")


def test_a_line_can_be_an_exception() -> None:
    assert not problems("page.md", "Start anew. <!-- prose: off -->\n")


def test_a_heading_with_too_many_words_is_found() -> None:
    page = "# Page\n\n" + "Ten words are in this one, if you count them. " * 16
    assert list(prose.check("page.md", page))[1:] == ["page.md:1: 160 words under a heading"]


def test_docstrings_are_checked_everywhere_and_messages_except_in_tests() -> None:
    module = '"""Mend what is broken."""\n\nprint(f"Now {x} begins anew, later")\n'
    assert problems("ops/module.py", module) == [
        "ops/module.py:1: 'Mend': fix",
        "ops/module.py:3: 'anew': again",
    ]
    assert len(problems("tests/module.py", module)) == 1
