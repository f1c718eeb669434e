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
    """Two registered apps in one stack. Each test opens its own stores."""
    overrides = {
        APPS: TWO_APPS,
        f"{PROJECT}:events": True,
        f"{PROJECT}:monitoring": {"emails": ["oncall@example.com"], "silenceHours": 1},
    }
    with local_backend(overrides=overrides) as backend:
        backend.configure_credentials()
        backend.connect_stores_to_rutter()
        backend.deploy()
        # The check at the end needs a log, even if no test makes a request.
        get(backend.apps[0].callback_urls.load, 30)
        yield backend
        assert_no_secret_was_logged(backend)
