"""The back end on an embedded AWS, to be checked over HTTP."""

import io
from collections.abc import Iterator

import pytest
from rich.console import Console

from local.backend import APPS, CLIENT_SECRETS, LocalBackend, local_backend
from ops.check.check import Results
from ops.check.report import check_deployment
from ops.outputs import read_outputs
from tests.ops.checking import Check, aws_environment, set_environment

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


@pytest.fixture
def check(deployed: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Checks outputs in this process: the results by subject, and what was printed."""
    set_environment(monkeypatch, aws_environment(deployed))

    def check_text(text: str) -> tuple[Results, str]:
        printed = io.StringIO()
        outputs = read_outputs(text)
        results = check_deployment(
            outputs, outputs.registration.apps, Console(file=printed), wait_seconds=0
        )
        return results, printed.getvalue()

    return check_text
