"""Files that a command writes."""

from pathlib import Path

from ops.errors import CommandError


def write(path: Path, text: str) -> None:
    """Write the file, or raise CommandError."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"Could not write {path}: {error.strerror}.") from None
