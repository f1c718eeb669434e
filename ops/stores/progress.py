"""How far a command is, on standard error and only where a person looks on."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.text import Text


class Counted:
    """A line that counts, for as long as the block lasts."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._status = Console(stderr=True).status(Text(what))

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._status.stop()

    def now(self, count: int, total: int | None = None) -> None:
        """Show how many there are so far, and of how many."""
        of = "" if total is None else f" of {total:,}"
        self._status.update(Text(f"{self._what}: {count:,}{of}"))
