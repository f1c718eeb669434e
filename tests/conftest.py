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


FOLDER = Path(__file__).parent
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
    chosen = set(config.option.markexpr.split())
    others = {"browser", "cli"} - chosen if chosen and "not" not in chosen else set()
    return True if collection_path.name in others else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark unit tests, and group the tests for the workers of `--dist loadgroup`."""
    for item in items:
        if not NEEDS.intersection(mark.name for mark in item.iter_markers()):
            item.add_marker("unit")
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: item.get_closest_marker("unit") is not None)


def _group(item: pytest.Item) -> str:
    """Tests that share a deployment run on one worker: those of a folder, else of a module."""
    if item.get_closest_marker("emulated"):
        return item.path.relative_to(FOLDER).parts[0]
    return item.path.stem


def pytest_collection_finish() -> None:
    """Collect garbage rarely, and never search the objects that imports made."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_unconfigure() -> None:
    """Skip the last garbage collection: nothing needs the memory."""
    gc.freeze()
