"""A deployed back end, and the command as an operator runs it: with the operators' policy alone."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.backend import APPS, LocalBackend, local_backend
from local.bigcommerce import App, Installation, Store
from local.loopback_http import get
from tests.ops import command
from tests.ops.checking import set_environment
from tests.ops.command import Done
from tests.roles import role_environment

TWO_APPS = [
    {"organizationId": "org-a", "name": "App A", "scopes": ["store_v2_information_read_only"]},
    {"organizationId": "org-b", "name": "App B", "scopes": ["store_v2_products"]},
]


TOKEN = "t0ken" * 6
SCOPE = "store_v2_information_read_only"
HEADING = "store_hash,access_token,scope,owner_id,owner_email,installed_at"


Run = Callable[..., Done]

# What ends a command early, its exit status, and what it says then.
EXPIRED = ClientError({"Error": {"Code": "ExpiredTokenException"}}, "Decrypt")
ENDED_EARLY = [
    (EXPIRED, 2, "AWS refused Decrypt: ExpiredTokenException."),
    (KeyboardInterrupt(), 130, "Interrupted."),
]


@pytest.fixture(scope="session")
def backend() -> Iterator[LocalBackend]:
    with local_backend(overrides={APPS: TWO_APPS}) as backend:
        backend.configure_credentials()
        backend.connect_stores_to_rutter()
        backend.deploy()
        # Rutter's webhooks would change connections, besides what these tests ask for.
        backend.rutter.webhook_url = None
        backend.rutter.synced_at_poll = 0  # synced as soon as it is connected
        yield backend


@pytest.fixture(scope="session")
def _operator(backend: LocalBackend) -> dict[str, str]:
    return role_environment(backend.emulator, "operator", backend.outputs["operatorPolicyArn"])


@pytest.fixture
def outputs_file(backend: LocalBackend, tmp_path: Path) -> Path:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps(backend.outputs["operations"]), encoding="utf-8")
    return file


@pytest.fixture
def run(
    outputs_file: Path,
    _operator: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Run a command on the deployed stack, typing `typed` into its terminal, if given."""
    set_environment(monkeypatch, _operator)

    def run_command(*arguments: str, typed: str | None = None) -> Done:
        return command.run("stores", *arguments, "--file", str(outputs_file), typed=typed)

    return run_command


@pytest.fixture
def assume(
    run: Run, backend: LocalBackend, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, str | dict[str, Any]], None]:
    """Become a new role with this policy alone, instead of the operator."""

    def become(name: str, policy: str | dict[str, Any]) -> None:
        document = policy if isinstance(policy, str) else json.dumps(policy)
        created = backend.emulator.aws.iam.create_policy(PolicyName=name, PolicyDocument=document)
        role = role_environment(backend.emulator, name, str(created["Policy"]["Arn"]))
        set_environment(monkeypatch, role)

    return become


def entries(run: Run, store: Store, *options: str) -> list[dict[str, Any]]:
    listed = json.loads(run("list", "--json", *options).out)
    return [each for each in listed if each["storeHash"] == store.hash]


def awaited(run: Run, store: Store, state: str) -> dict[str, Any]:
    deadline = time.monotonic() + 100
    while True:
        (found,) = entries(run, store)
        if found["rutter"] == state:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


@pytest.fixture
def app(backend: LocalBackend) -> App:
    return backend.apps[0]


def install(backend: LocalBackend, app: App, store: Store) -> str:
    url = backend.bigcommerce.auth_callback_url(app, store, store.owner)
    assert get(url, 30).status == 200
    return token_of(backend, app, store)


def token_of(backend: LocalBackend, app: App, store: Store) -> str:
    installation = backend.bigcommerce.installation(app, store)
    assert installation is not None
    return installation.access_token


@pytest.fixture
def store(backend: LocalBackend, app: App) -> Store:
    store = backend.bigcommerce.add_store("Flowers & Co")
    install(backend, app, store)
    return store


@pytest.fixture
def change_registration(outputs_file: Path) -> Callable[..., None]:
    """Change what the outputs say of the first app, or remove it with `None`."""

    def change(values: dict[str, Any] | None) -> None:
        outputs = json.loads(outputs_file.read_text(encoding="utf-8"))
        app, *others = outputs["registration"]["apps"]
        outputs["registration"]["apps"] = others if values is None else [app | values, *others]
        outputs_file.write_text(json.dumps(outputs), encoding="utf-8")

    return change


@pytest.fixture
def tokens(tmp_path: Path) -> Callable[..., str]:
    def write(*lines: str) -> str:
        file = tmp_path / "tokens.csv"
        file.write_text("\n".join([HEADING, *lines]), encoding="utf-8-sig")
        return str(file)

    return write


@pytest.fixture
def foreign(backend: LocalBackend, app: App) -> Store:
    """A store that installed the app while it ran elsewhere."""
    store = backend.bigcommerce.add_store("Elsewhere")
    installation = Installation(app, store, SCOPE, TOKEN)
    backend.bigcommerce.installations[app.client_id, store.hash] = installation
    return store


def line(store: Store, token: str = TOKEN, at: str = "2026-01-31T12:00:00Z") -> str:
    owner = store.owner
    return f"stores/{store.hash},{token},{SCOPE},{owner.id},{owner.email},{at}"
