"""What every test of this repository runs under."""

import gc
import os

import pytest
from hypothesis import settings

# Examples are the same in every run, and none of them is judged by how long it took.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")


# The markers of tests that need more than Python.
NEEDS = {"emulated", "browser", "cli"}


def pytest_configure(config: pytest.Config) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # the developer's own


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as unit tests those that need no more than Python."""
    for item in items:
        if not NEEDS.intersection(mark.name for mark in item.iter_markers()):
            item.add_marker("unit")


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and never among what is imported by now."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
