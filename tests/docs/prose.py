"""Check the sentences of pages, docstrings and messages against the style in prose.yaml.

`python -m tests.docs.prose [PATH ...]` checks these paths, or the ones that prose.yaml lists.
"""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import yaml
from markdown_it.token import Token
from rich.console import Console

from tests.documents import MARKDOWN, ROOT

STYLE = yaml.safe_load(Path(__file__).with_name("prose.yaml").read_text(encoding="utf-8"))
BANNED = {re.compile(pattern, re.I): better for pattern, better in STYLE["banned"].items()}
LONGEST_SENTENCE, LONGEST_SECTION = 25, 150
EXCEPTION = "prose: off"
# A sentence ends at its full stop, or before the next name of a docstring's list.
_END = re.compile(r"(?<=[.!?])[*\"')]*\s+(?=[*\"'(]*[A-Z0-9])|\n(?=\w+: )")


@dataclass(frozen=True)
class Text:
    """A paragraph, a heading or a table's cell without markup: each code span is the word X."""

    line: int
    tag: str
    words: str

    def sentences(self) -> Iterator[tuple[int, str]]:
        """Each sentence, and the line on which it starts."""
        starts = [0, *(match.end() for match in _END.finditer(self.words)), len(self.words)]
        for start, end in pairwise(starts):
            yield self.line + self.words.count("\n", 0, start), self.words[start:end].strip()


def texts(markdown: str, first_line: int = 1) -> Iterator[Text]:
    """The texts of a page, a docstring or a message."""
    for before, token in pairwise(MARKDOWN.parse(markdown)):
        if token.type == "inline" and token.map:
            words = "".join(map(_words, token.children or ()))
            yield Text(first_line + token.map[0], before.tag, words)


def _words(token: Token) -> str:
    fixed = {"softbreak": "\n", "hardbreak": "\n", "code_inline": "X", "text": token.content}
    return fixed.get(token.type, "")


def python_texts(source: str, messages: bool) -> Iterator[Text]:
    """The docstrings of a module, and its messages: the strings of at least four words."""
    nodes = list(ast.walk(ast.parse(source)))
    seen = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes:
        match node:
            case ast.Expr(value=ast.Constant(value=str(words)) as docstring):
                seen.add(id(docstring))
            case ast.JoinedStr(values=values) if messages:
                parts = (part.value if isinstance(part, ast.Constant) else "X" for part in values)
                words = "".join(map(str, parts))
            case ast.Constant(value=str(words)) if messages and id(node) not in seen:
                pass
            case _:
                continue
        if words.count(" ") > 2:
            yield from texts(inspect.cleandoc(words), node.lineno)


def length(text: str) -> int:
    return sum(any(map(str.isalnum, word)) for word in text.split())


def sentence_problems(found: list[Text]) -> Iterator[tuple[int, str]]:
    """The line and the description of each problem of a sentence."""
    for line, sentence in (each for text in found for each in text.sentences()):
        if length(sentence) > LONGEST_SENTENCE:
            yield line, f"{length(sentence)} words in a sentence: {sentence[:50]!r}"
        for banned, better in BANNED.items():
            if match := banned.search(sentence):
                yield line, f"{match[0][:50]!r}: {better}"


def section_problems(found: list[Text]) -> Iterator[tuple[int, str]]:
    """The line of each heading with too many words of prose. Tables and code do not count."""
    heading, words = 1, 0
    for text in [*found, Text(0, "h1", "")]:
        if text.tag.startswith("h"):
            if words > LONGEST_SECTION:
                yield heading, f"{words} words under a heading"
            heading, words = text.line, 0
        words += length(text.words) if text.tag == "p" else 0


def check(path: str, source: str) -> Iterator[str]:
    """A line for each problem of a file, after one about the sentences of a page."""
    if path.endswith(".py"):
        found = list(python_texts(source, messages=not path.startswith("tests/")))
        problems = set(sentence_problems(found))
    else:
        found = list(texts(source))
        problems = {*sentence_problems(found), *section_problems(found)}
        sentences = [each for text in found if text.tag == "p" for _, each in text.sentences()]
        counts = [length(each) for each in sentences] or [0]
        mean, total = sum(counts) / len(counts), sum(length(text.words) for text in found)
        yield f"{path}: {total} words; a sentence has {mean:.1f} on average, {max(counts)} at most"
    lines = source.splitlines()
    for line, problem in sorted(problems):
        if EXCEPTION not in lines[line - 1]:
            yield f"{path}:{line}: {problem}"


def main(paths: list[str]) -> int:
    """Check the pages and modules that git has under these paths; return the exit status."""
    command = ["git", "ls-files", "--", *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    files = re.findall(r"(?m)^.*\.py$|^(?!tests/).*\.md$", done.stdout)
    lines = [line for name in files for line in check(name, (ROOT / name).read_text("utf-8"))]
    for line in lines:
        Console().print(line, markup=False, highlight=False, soft_wrap=True)
    return int(any(re.match(r"[^ ]+:\d+:", line) for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or STYLE["checked"]))
