"""Two registered apps on an embedded AWS of this directory's own: its tests change roles."""

from collections.abc import Iterator

import pytest

from local.backend import APPS, PROJECT, LocalBackend, local_backend
from tests.local.backend.conftest import TWO_APPS
from tests.local.backend.deployed_logs import assert_no_secret_was_logged


@pytest.fixture(scope="session")
def ready() -> Iterator[LocalBackend]:
    with local_backend(overrides={APPS: TWO_APPS, f"{PROJECT}:events": True}) as backend:
        backend.configure_credentials()
        backend.connect_stores_to_rutter()
        backend.deploy()
        yield backend
        assert_no_secret_was_logged(backend)
