"""Settings of every test of this repository."""

import gc
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Examples are the same in every run, and no example fails because it is slow.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")


# The markers of tests that need more than Python.
NEEDS = {"emulated", "browser", "cli"}


def pytest_configure(config: pytest.Config) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # the developer's own
    # Containers set it. Each worker and subprocess would then compile every library again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Skip importing the tests that need a browser or the CLI if `-m` selects others."""
    chosen = config.option.markexpr
    return (chosen and collection_path.name in {"browser", "cli"} - set(chosen.split())) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as unit tests those that need no more than Python."""
    for item in items:
        if not NEEDS.intersection(mark.name for mark in item.iter_markers()):
            item.add_marker("unit")


def pytest_collection_finish() -> None:
    """Collect garbage rarely, and never search the objects that imports made."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_unconfigure() -> None:
    """Skip the last garbage collection: nothing needs the memory."""
    gc.freeze()
