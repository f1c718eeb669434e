"""Print to a terminal, and plainly to a pipe."""

from rich.console import Console
from rich.text import Text

STATUS_STYLES = {"ready": "green", "awaiting-urls": "yellow", "awaiting-registration": "yellow"}


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Let `main` end the command, with exit status 0."""
        raise BrokenPipeError


def plain_console(**options: object) -> Console:
    """Return a console that prints text without markup; `options` are rich's."""
    return _Console(highlight=False, emoji=False, markup=False, **options)  # type: ignore[arg-type]


def print_whole(line: Text | str, console: Console) -> None:
    """Print a line that can be copied as one line, even if the terminal wraps it."""
    console.print(line, soft_wrap=True)
