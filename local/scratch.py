"""Folders for what a run needs and nobody keeps, under build/local/."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

BUILD = Path(__file__).resolve().parent.parent / "build" / "local"
_PREFIX = "run-"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that is gone after the block, and with the next run if this one is killed."""
    BUILD.mkdir(parents=True, exist_ok=True)
    _sweep()
    folder = Path(mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=BUILD))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Remove what runs that were killed have left: the emulator may have kept secrets in it."""
    for folder in BUILD.glob(f"{_PREFIX}*"):
        process = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if process.isdecimal() and not _is_running(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
