"""Fixtures: recordings of the program, to compare the package with."""

import pytest

from tests.components.recordings import Recorder


@pytest.fixture(scope="session")
def record() -> Recorder:
    return Recorder()
