"""What commands print: tables, and JSON."""

import json
import sys
from collections.abc import Iterable, Sequence
from operator import gt
from typing import Any

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from ops.stores.stack import Stack
from ops.stores.store import Store
from ops.terminal import plain_console
from portal.sheet.text import one_line

_BOUNDLESS = 10_000
# The longest word, in characters, that stays on one line.
_UNBROKEN = 10


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    """Print rows in columns, folded to the terminal's width; a pipe gets a whole row a line.

    Cells may have text from strangers: it cannot control the terminal.
    """
    cells = [[one_line(cell or "-") for cell in row] for row in rows]
    table = Table(box=None, pad_edge=False, show_header=any(headings), header_style="")
    for heading, width in zip(headings, _widths([headings, *cells]), strict=True):
        table.add_column(heading, overflow="fold", width=width)
    for row in cells:
        table.add_row(*map(Text, row))
    console = plain_console(width=_BOUNDLESS)
    with console.capture() as captured:
        console.print(table)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def print_stores(
    stack: Stack, headings: Sequence[str], rows: Iterable[tuple[Store, Sequence[str | None]]]
) -> None:
    """Print a table of stores; if the stack has several apps, a table for each app."""
    by_app: dict[str, tuple[Store, list[Sequence[str | None]]]] = {}
    for store, cells in sorted(rows, key=lambda row: row[0].key):
        _, of_app = by_app.setdefault(store.organization_id, (store, []))
        of_app.append((store.store_hash, *cells))
    for store, of_app in by_app.values():
        if len(by_app.keys() | stack.apps.keys()) > 1:
            sys.stdout.write(f"{one_line(store.app_label)}\n")
        print_table(("Store", *headings), of_app)


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns' widths: in a terminal, the widest shrink, and short words stay whole."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(cell_len, column)) for column in columns]
    room = (plain_console().width if _is_terminal() else _BOUNDLESS) - 2 * (len(columns) - 1)
    words = [" ".join(column).split() for column in columns]
    whole = [max([1, *(len(w) for w in each if len(w) <= _UNBROKEN)]) for each in words]
    for floors in (whole, [1] * len(columns)):
        while sum(widths) > room and any(map(gt, widths, floors)):
            wide = [i for i, width in enumerate(widths) if width > floors[i]]
            widths[max(wide, key=widths.__getitem__)] -= 1
    return widths


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def print_json(value: Any) -> None:
    """Print a JSON document."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def number_of(count: int, noun: str) -> str:
    """Return a number with its noun, such as `1 store` or `2,000 stores`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
