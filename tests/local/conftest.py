"""An empty AWS account for the provider and the engine to deploy into."""

from collections.abc import Iterator

import pytest

from local.emulator import Emulator


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One account for all tests. Each test uses its own names and deletes its resources."""
    with Emulator(log=tmp_path_factory.mktemp("emulator") / "emulator.log") as running:
        yield running
