"""The back end on an embedded AWS, to be checked over HTTP."""

from collections.abc import Iterator

import pytest

from local.backend import APPS, CLIENT_SECRETS, LocalBackend, local_backend

TWO_APPS = [
    {
        "organizationId": "org-a",
        "name": "App A",
        "scopes": ["store_v2_orders_read_only"],
        "multipleUsers": False,
    },
    {"organizationId": "org-b", "name": "App B", "scopes": ["store_v2_products"]},
]


@pytest.fixture(scope="session")
def deployed() -> Iterator[LocalBackend]:
    """A ready app, whose URLs are recorded as entered in the portal, and one that awaits that."""
    with local_backend(overrides={APPS: TWO_APPS}) as backend:
        backend.deploy()
        backend.configure_credentials()
        app_a, app_b = backend.config[APPS]
        app_a["registeredBaseUrl"] = backend.outputs["baseUrl"]
        del app_b["clientId"], backend.config[CLIENT_SECRETS]["org-b"]
        backend.deploy()
        yield backend
