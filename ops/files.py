"""Files that a command writes."""

from pathlib import Path

from ops.errors import CommandError


def write(path: Path, text: str) -> None:
    """Write the file.

    Raises:
        CommandError: it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _not_writable(path, error) from None


def require_writable(path: Path) -> None:
    """Raise what `write` would, before the command does anything else."""
    try:
        path.open("a", encoding="utf-8").close()
    except OSError as error:
        raise _not_writable(path, error) from None


def _not_writable(path: Path, error: OSError) -> CommandError:
    return CommandError(f"Could not write {path}: {error.strerror}.")
