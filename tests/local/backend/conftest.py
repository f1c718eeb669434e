"""The back end on an embedded AWS, for tests over HTTP."""

from collections.abc import Iterator

import pytest

from local.backend import APPS, PROJECT, LocalBackend, local_backend
from local.loopback_http import get

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


def logged(backend: LocalBackend) -> str:
    logs = backend.emulator.aws.logs
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    pages = (
        page
        for group in groups
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    )
    return "\n".join(event["message"] for page in pages for event in page["events"])


def secrets(backend: LocalBackend) -> set[str]:
    """Return codes, tokens and secrets, and the common parts of payloads and addresses."""
    bigcommerce = backend.bigcommerce
    codes = set(bigcommerce.token_endpoint._codes)
    tokens = {each.access_token for each in bigcommerce.installations.values()}
    client_secrets = {app.client_secret for app in backend.apps}
    return {"eyJ", "@example.com"} | codes | tokens | client_secrets


def assert_no_secret_was_logged(backend: LocalBackend) -> None:
    """Fail if a log contains a code, payload, token, secret or email address."""
    text = logged(backend)
    assert "callback answered" in text  # else the logs are empty
    assert not {secret for secret in secrets(backend) if secret in text}


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
