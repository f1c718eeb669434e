"""Temporary folders of a run, under build/local/."""

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
    """Make a folder that is removed after the block, or by the next run if this one is killed."""
    BUILD.mkdir(parents=True, exist_ok=True)
    _sweep()
    folder = Path(mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=BUILD))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Remove the folders of killed runs: the emulator may have written secrets to them."""
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
