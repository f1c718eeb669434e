"""Settings of every test of this repository."""

import gc
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

# Examples are the same in every run, and no example fails because it is slow.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")

# The markers of tests that need more than Python.
NEEDS = {"emulated", "browser", "cli"}
# The folders whose tests share nothing between modules.
SPLIT = {"cli", "lambdas"}


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
    """Mark unit tests, and put small groups last, so that all workers end at the same time."""
    for item in items:
        if not NEEDS.intersection(mark.name for mark in item.iter_markers()):
            item.add_marker("unit")
    items.sort(key=lambda item: item.path.parent.name in SPLIT)
    items.sort(key=lambda item: item.get_closest_marker("unit") is not None)


class Groups(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """Runs the tests of a folder on one worker, because they share deployments and recordings.

    In the folders of SPLIT, each module is a group. With pytest 9.2, the groups of pytest-xdist
    have no effect.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        _tests, folder, *_ = path.split("/")
        return path if folder in SPLIT else folder


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups | None:
    return Groups(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_collection_finish() -> None:
    """Collect garbage rarely, and never search the objects that imports made."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_unconfigure() -> None:
    """Skip the last garbage collection: nothing needs the memory."""
    gc.freeze()
