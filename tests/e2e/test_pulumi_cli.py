"""`pulumi up` itself, with the real CLI and AWS plugin, against the embedded AWS.

Skipped where the CLI is not installed: it does not come from the package registries.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.backend import ROOT, LocalBackend, local_backend
from local.bigcommerce import load_url
from local.loopback_http import get

EMULATOR_PORT = 4566
BIGCOMMERCE_PORT = 4567

pytestmark = pytest.mark.skipif(
    shutil.which("pulumi") is None, reason="the Pulumi CLI is not installed"
)


@pytest.fixture(scope="module")
def backend() -> Iterator[LocalBackend]:
    """The embedded AWS and BigCommerce on the ports that Pulumi.local.yaml names."""
    with local_backend(emulator_port=EMULATOR_PORT, bigcommerce_port=BIGCOMMERCE_PORT) as backend:
        yield backend


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, since the CLI writes into the stack's file."""
    copy = tmp_path_factory.mktemp("project") / "bigcommerce"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "build"))
    (copy / ".venv").symlink_to(Path(sys.prefix))
    return copy


def pulumi(project: Path, *arguments: str) -> str:
    environment = os.environ | {
        "PULUMI_BACKEND_URL": f"file://{project.parent}",
        "PULUMI_CONFIG_PASSPHRASE": "for this test alone",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    done = subprocess.run(
        ["pulumi", *arguments, "--non-interactive"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_both_phases_deploy_with_the_cli(backend: LocalBackend, project: Path) -> None:
    pulumi(project, "stack", "init", "local")
    pulumi(project, "up", "--yes", "--skip-preview")
    assert backend.find_deployed()
    app = backend.apps[0]
    store = backend.bigcommerce.add_store("A store")
    assert get(load_url(app, store, store.owner), 30).status == 503

    pulumi(project, "config", "set", "--path", "apps[0].clientId", app.client_id)
    secret = f"clientSecrets.{app.organization_id}"
    pulumi(project, "config", "set", "--secret", "--path", secret, app.client_secret)
    pulumi(project, "up", "--yes", "--skip-preview")
    outputs = json.loads(pulumi(project, "stack", "output", "--json"))
    assert outputs["technicalTab"][app.organization_id]["status"] == "ready"
    assert get(load_url(app, store, store.owner), 30).status == 404

    pulumi(project, "destroy", "--yes", "--skip-preview")
    assert not backend.find_deployed()
