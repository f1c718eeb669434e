"""Fixtures: what the program registers for the stacks that most tests look at."""

import pytest

from tests.components.recorder import Recording
from tests.components.recordings import Recorder
from tests.components.stacks import AWAITING, CUSTOMIZED, EVERYTHING, READY, TWO_APPS


@pytest.fixture(autouse=True)
def _no_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions' tests have one for as long as their process lives."""
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)


@pytest.fixture(scope="session")
def record() -> Recorder:
    return Recorder()


@pytest.fixture(scope="session")
def awaiting(record: Recorder) -> Recording:
    return record(AWAITING)


@pytest.fixture(scope="session")
def ready(record: Recorder) -> Recording:
    return record(READY)


@pytest.fixture(scope="session")
def two_apps(record: Recorder) -> Recording:
    return record(TWO_APPS)


@pytest.fixture(scope="session")
def customized(record: Recorder) -> Recording:
    return record(CUSTOMIZED)


@pytest.fixture(scope="session")
def everything(record: Recorder) -> Recording:
    return record(EVERYTHING)
