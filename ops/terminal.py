"""Printing to a terminal, and plainly to anything else."""

from rich.console import Console
from rich.text import Text

STATUS_STYLES = {"ready": "green", "awaiting-urls": "yellow", "awaiting-registration": "yellow"}


def plain_console(**options: object) -> Console:
    """A console that prints texts as they are; `options` are rich's."""
    return Console(highlight=False, emoji=False, markup=False, **options)  # type: ignore[arg-type]


def print_whole(line: Text | str, console: Console) -> None:
    """Print a line to be copied: a terminal wraps it if it must, but it stays one line."""
    console.print(line, soft_wrap=True)
