"""One deployment for all examples: an app with its own URL, and events."""

import secrets
import sys
from collections.abc import Callable, Iterator

import pytest

from local.aws import REGION
from local.backend import APPS, HANDOFF_KEYS, PROJECT, LocalBackend, local_backend
from local.bigcommerce import App, Store
from local.engine import Deployment, Stack
from local.engine.stack_files import project_name
from local.loopback_http import Response, get
from local.loopback_server import free_port
from local.provider import SERVICES
from tests.documents import ROOT
from tests.examples.sdk import sdk

# The first request starts a function.
TIMEOUT_SECONDS = 30


@pytest.fixture(scope="session")
def deployed() -> Iterator[LocalBackend]:
    """The back end of one app. Each test adds its own stores."""
    app = {
        "organizationId": "acme",
        "name": "Acme",
        "scopes": ["store_v2_information_read_only"],
        "appUrl": f"http://localhost:{free_port()}/bigcommerce",
    }
    overrides = {
        APPS: [app],
        HANDOFF_KEYS: {"acme": secrets.token_hex(32)},
        f"{PROJECT}:events": True,
    }
    with local_backend(overrides=overrides) as backend:
        backend.configure_credentials()
        backend.deploy()
        yield backend


@pytest.fixture
def app(deployed: LocalBackend) -> App:
    return deployed.apps[0]


@pytest.fixture
def store(deployed: LocalBackend) -> Store:
    """A store on which the app is not installed yet."""
    return deployed.bigcommerce.add_store("A store")


def install(backend: LocalBackend, store: Store) -> Response:
    """Install the app on a store; the answer leads to the app's own URL."""
    url = backend.bigcommerce.auth_callback_url(backend.apps[0], store, store.owner)
    answer = get(url, TIMEOUT_SECONDS)
    assert answer.status == 302, answer.text
    return answer


Deploy = Callable[..., Deployment]


@pytest.fixture
def deploy_example(deployed: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> Deploy:
    """Deploys an example's program into the account of the back end; `config` is its own."""
    monkeypatch.setitem(sys.modules, "pulumi_bigcommerce", sdk())

    def deploy(example: str, **config: str) -> Deployment:
        folder = ROOT / "examples" / example
        endpoints = [dict.fromkeys(SERVICES, deployed.emulator.endpoint_url)]
        named = {f"{project_name(folder)}:{key}": value for key, value in config.items()}
        aws = {"aws:region": REGION, "aws:endpoints": endpoints}
        return Stack("dev", folder / "__main__.py").up({**aws, **named}, on_event=lambda _: None)

    return deploy
