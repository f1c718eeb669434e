"""The SDKs that `pulumi package add` generates for consumers of the component package."""

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pulumi
import pytest

from local.emulator import Emulator
from package.provider import SCHEMA
from tests.cli.cli_stack import ROOT, CliCommands, PulumiCli
from tests.cli.consumer_stack import write_config
from tests.cli.pulumi_cli import BUILD, generate_sdks, typescript_project

pytestmark = pytest.mark.cli

TSC = "node_modules/.bin/tsc --strict --noEmit --skipLibCheck --target es2022 --module nodenext"


@pytest.fixture(scope="module")
def sdks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdks")
    generate_sdks(SCHEMA, folder)
    return folder


@pytest.fixture(scope="module")
def project(sdks: Path) -> Path:
    """A TypeScript project with the SDK in its folder `sdk`."""
    project = typescript_project()
    shutil.rmtree(project / "sdk", ignore_errors=True)
    shutil.copytree(sdks / "nodejs", project / "sdk")
    return project


def test_typescript_programs_compile_unless_a_type_is_wrong(project: Path) -> None:
    consumer = Path(__file__).with_name("consumer.ts").read_text(encoding="utf-8")
    template = (ROOT / "templates/typescript/index.ts").read_text(encoding="utf-8")
    programs = {
        "consumer": consumer,
        "template": template.replace("@pulumi/bigcommerce", "./sdk"),
    }
    wrong = {
        "plain": ("logRetentionDays: 7", "logRetentionDays: pulumi.output(7)"),
        "enumerated": ('onUninstall: "delete"', 'onUninstall: "forget"'),
        "required": ('name: "Acme",', ""),
    }
    for name, (right, instead) in wrong.items():
        assert right in consumer
        programs[name] = consumer.replace(right, instead)
    for name, program in programs.items():
        (project / f"{name}.ts").write_text(program)
    command = [*TSC.split(), *(f"{name}.ts" for name in programs)]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    errors = [line for line in done.stdout.splitlines() if "error TS" in line]
    assert {line.partition(".ts(")[0] for line in errors} == wrong.keys(), done.stdout


@pytest.mark.parametrize(
    "folder", ["templates/python", "examples/read_token_python", "examples/custom_domain"]
)
def test_a_python_program_has_the_types_of_the_sdk(sdks: Path, folder: str, tmp_path: Path) -> None:
    config, cache = tmp_path / "mypy.ini", f"--cache-dir={BUILD / 'mypy'}"
    # The AWS SDK would take minutes.
    config.write_text("[mypy]\n[mypy-pulumi_aws.*]\nfollow_imports = skip\n")
    options = ("--strict", "--follow-imports=silent", f"--config-file={config}", cache)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, f"{folder}/__main__.py"],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": str(sdks / "python")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_program_deploys_with_the_python_sdk(
    sdks: Path,
    pulumi_cli: PulumiCli,
    account: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    metadata = sdks / "python" / "pulumi_bigcommerce-1.0.0.dist-info" / "METADATA"
    metadata.parent.mkdir()  # as an installation leaves it
    metadata.write_text("Name: pulumi_bigcommerce\nVersion: 1.0.0\n")
    monkeypatch.syspath_prepend(str(sdks / "python"))
    write_config(tmp_path, account.endpoint_url)
    cli = pulumi_cli.with_plugin(tmp_path, "package", "pulumi-resource-bigcommerce")
    stack = CliCommands(tmp_path, "consumer", cli, _program)
    assert stack.up().operations.keys() == {"create"}
    assert stack.pulumi("stack", "output", "url").endswith("/acme/load")


def _program() -> None:
    sdk: Any = importlib.import_module("pulumi_bigcommerce")
    app = sdk.AppArgs(organization_id="acme", name="Acme", scopes=["store_v2_products"])
    backend = sdk.AppBackend("backend", apps=[app], protect=False)
    pulumi.export("url", backend.technical_tab["acme"].load_callback_url)
