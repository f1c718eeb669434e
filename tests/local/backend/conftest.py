"""The back end on an embedded AWS, for tests over HTTP."""

from collections.abc import Iterator

import pytest

from local.backend import APPS, PROJECT, LocalBackend, local_backend
from local.loopback_http import get
from tests.local.backend.deployed_logs import assert_no_secret_was_logged

TWO_APPS = [
    {
        "organizationId": "org-a",
        "name": "App A",
        "scopes": ["store_v2_orders_read_only"],
        "supportUrl": "https://a.example.com/support",
    },
    {
        "organizationId": "org-b",
        "name": "App B",
        "scopes": ["store_v2_products"],
        "multipleUsers": False,
    },
]


@pytest.fixture(scope="session")
def ready() -> Iterator[LocalBackend]:
    """Two registered apps in one stack. Tests open stores of their own."""
    with local_backend(overrides={APPS: TWO_APPS, f"{PROJECT}:events": True}) as backend:
        backend.configure_credentials()
        backend.connect_stores_to_rutter()
        backend.deploy()
        # Whatever tests run with it, there is a log to look at in the end.
        get(backend.apps[0].callback_urls.load, 30)
        yield backend
        assert_no_secret_was_logged(backend)
