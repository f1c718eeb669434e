"""Rows of text in columns: whatever a cell says, it stays in its line and steers no terminal."""

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len

from portal.sheet.text import one_line


def in_columns(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The rows as lines, each column as wide as its widest cell."""
    cells = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        )
        yield "  ".join(padded).rstrip()


def number_of(count: int, noun: str) -> str:
    """A number with its noun, such as `1 store` and `2,000 stores`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
