"""Tables of Markdown in the documents: each replaces the one with the same heads."""

from collections.abc import Iterable, Sequence
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown; what is below the first head is aligned to the left, numbers are not."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def put(table: str, page: Path) -> None:
    """Put a table into a page, in the place of the one with these heads.

    Raises:
        ValueError: the page has none.
    """
    text = page.read_text(encoding="utf-8")
    heads = table.partition("\n")[0]
    before, found, rest = text.partition(f"\n{heads}\n")
    if not found:
        raise ValueError(f"{page.name} has no table with the heads {heads}")
    _, _, after = rest.partition("\n\n")
    page.write_text(f"{before}\n{table}\n\n{after}", encoding="utf-8")
