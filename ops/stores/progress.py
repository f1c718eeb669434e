"""Show progress on standard error, if it is a terminal."""

from rich.console import Console
from rich.status import Status
from rich.text import Text


class Progress(Status):
    """A line with a count, shown during the block."""

    def __init__(self, label: str) -> None:
        super().__init__(Text(label), console=Console(stderr=True))
        self._label = label

    def show(self, count: int, total: int | None = None) -> None:
        """Show how many are done, and of how many."""
        of = "" if total is None else f" of {total:,}"
        self.update(Text(f"{self._label}: {count:,}{of}"))
