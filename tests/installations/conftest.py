"""A deployed back end, and the command as an operator runs it: with the operators' policy alone."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from installations.__main__ import main
from local.backend import APPS, LocalBackend, local_backend
from local.bigcommerce import App, Store
from local.loopback_http import get
from tests.local.backend.conftest import TWO_APPS
from tests.roles import role_environment


@dataclass(frozen=True)
class Done:
    """A command that has ended: its exit status, and what it printed."""

    status: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture(scope="session")
def backend() -> Iterator[LocalBackend]:
    with local_backend(overrides={APPS: TWO_APPS}) as backend:
        backend.configure_credentials()
        backend.deploy()
        yield backend


@pytest.fixture(scope="session")
def _operator(backend: LocalBackend) -> dict[str, str]:
    return role_environment(backend.emulator, "operator", backend.outputs["operatorPolicyArn"])


@pytest.fixture
def outputs_file(backend: LocalBackend, tmp_path: Path) -> Path:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps(backend.outputs), encoding="utf-8")
    return file


@pytest.fixture
def run(
    outputs_file: Path,
    _operator: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run a command on the deployed stack, typing `typed` into its terminal, if given."""
    for name, value in _operator.items():
        monkeypatch.setenv(name, value)

    def run_command(*arguments: str, typed: str | None = None) -> Done:
        stdin = io.StringIO(typed or "")
        monkeypatch.setattr(stdin, "isatty", lambda: typed is not None)
        monkeypatch.setattr("sys.stdin", stdin)
        capsys.readouterr()
        status = main([*arguments, "--file", str(outputs_file)])
        return Done(status, *capsys.readouterr())

    return run_command


@pytest.fixture
def app(backend: LocalBackend) -> App:
    return backend.apps[0]


@pytest.fixture
def store(backend: LocalBackend, app: App) -> Store:
    """A store on which the app is installed."""
    store = backend.bigcommerce.add_store("Flowers & Co")
    url = backend.bigcommerce.auth_callback_url(app, store, store.owner)
    assert get(url, 30).status == 200
    return store
