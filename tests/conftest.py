"""What every test of this repository runs under, and the figures printed at its end."""

import gc
import os
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Examples are the same in every run, and none of them is judged by how long it took.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")


# The markers of tests that need more than Python.
NEEDS = {"emulated", "browser", "cli"}


class Count:
    """How many cases a test tries."""

    def __init__(self) -> None:
        self.cases = 0

    def __call__(self) -> None:
        self.cases += 1


@pytest.fixture
def count(request: pytest.FixtureRequest) -> Iterator[Count]:
    """To be called for each case by a test that tries several; any other test is one case."""
    counted = Count()
    yield counted
    request.node.user_properties.append(("cases", counted.cases))


@pytest.fixture(autouse=True)
def _figures(request: pytest.FixtureRequest) -> None:
    marker = request.node.get_closest_marker("figures")
    if marker is not None:
        request.node.user_properties.append(("figures", marker.args[0]))


def pytest_configure(config: pytest.Config) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # the developer's own
    config.addinivalue_line("markers", "figures(name): count the cases under this name")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as unit tests those that need no more than Python."""
    for item in items:
        if not NEEDS.intersection(mark.name for mark in item.iter_markers()):
            item.add_marker("unit")


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and never among what is imported by now."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many cases were tried under each name."""
    figures: Counter[str] = Counter()
    for report in terminalreporter.getreports(""):  # where setups and teardowns are kept
        properties = dict(report.user_properties)
        if report.when == "teardown" and "figures" in properties:
            figures[properties["figures"]] += properties.get("cases", 1)
    if figures:
        terminalreporter.section("figures")
        for name, cases in sorted(figures.items()):
            terminalreporter.line(f"{cases:>7,} {name}")
