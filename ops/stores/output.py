"""Print tables, and JSON."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Literal, TextIO

from rich.table import Table
from rich.text import Text

from ops.stores.stack import Stack
from ops.stores.store import Store
from ops.terminal import plain_console
from portal.sheet.text import one_line

_BOUNDLESS = 10_000
# Columns that are never cut, besides the first.
_WHOLE = {"Installed", "Users"}


def print_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str | None]],
    file: TextIO | None = None,
    overflow: Literal["ellipsis", "fold"] = "ellipsis",
) -> None:
    """Print rows in columns that fit the terminal; a pipe gets a whole row on each line.

    A cell wraps between words; `overflow` is what happens to a longer word. Cells may contain text
    from strangers: it cannot control the terminal.
    """
    file = file or sys.stdout
    table = Table(box=None, pad_edge=False, show_header=any(headings), header_style="")
    for index, heading in enumerate(headings):
        whole = index == 0 or heading in _WHOLE
        table.add_column(heading, overflow=overflow, no_wrap=whole)
    for row in rows:
        table.add_row(*(Text(one_line(cell or "-")) for cell in row))
    console = plain_console() if _is_terminal(file) else plain_console(width=_BOUNDLESS)
    with console.capture() as captured:
        console.print(table)
    file.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def print_stores(
    stack: Stack,
    headings: Sequence[str],
    rows: Iterable[tuple[Store, Sequence[str | None]]],
    file: TextIO | None = None,
) -> None:
    """Print a table of stores; if the stack has several apps, a table for each app."""
    by_app: dict[str, tuple[Store, list[Sequence[str | None]]]] = {}
    for store, cells in sorted(rows, key=lambda row: row[0].key):
        _, of_app = by_app.setdefault(store.organization_id, (store, []))
        of_app.append((store.store_hash, *cells))
    for store, of_app in by_app.values():
        if len(by_app.keys() | stack.apps.keys()) > 1:
            (file or sys.stdout).write(f"{one_line(store.app_label)}\n")
        print_table(("Store", *headings), of_app, file)


def _is_terminal(file: TextIO) -> bool:
    return file.isatty()


def print_json(value: Any) -> None:
    """Print a JSON document."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def print_outcomes(outcomes: Iterable[tuple[tuple[str, str], str]]) -> None:
    """Print as JSON what happened to each store, by organization ID and store hash."""
    print_json(
        [
            {"organizationId": id_, "storeHash": store_hash, "outcome": outcome}
            for (id_, store_hash), outcome in sorted(outcomes)
        ]
    )


def number_of(count: int, noun: str) -> str:
    """Return a number with its noun, such as `1 store` or `2,000 stores`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
