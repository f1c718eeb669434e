"""Files that a command writes."""

from pathlib import Path

from ops.errors import CommandError


def write(path: Path, text: str, *, append: bool = False) -> None:
    """Write the file, or raise CommandError."""
    try:
        with path.open("a" if append else "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise CommandError(f"Could not write {path}: {error.strerror}.") from None
