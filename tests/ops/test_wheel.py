"""The wheel of the operator's commands, which runs without the repository and without Pulumi."""

import configparser
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.documents import ROOT
from tests.ops.examples import outputs_json, ready, registration

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Runs the entry point with Pulumi blocked, as in an environment of the wheel's dependencies only.
RUN = """
import sys
sys.path[:0] = [{folder!r}]
sys.modules.update(dict.fromkeys(("pulumi", "pulumi_aws", "yaml"), None))
sys.argv = {arguments!r}
from {module} import {function}
sys.exit({function}())
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the contents of the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "installed")
    return folder / "installed"


def run(installed: Path, *arguments: str) -> str:
    scripts = configparser.ConfigParser()
    scripts.read(installed.glob("*.dist-info/entry_points.txt"))
    ((name, target),) = scripts["console_scripts"].items()
    module, _, function = target.partition(":")
    code = RUN.format(
        folder=str(installed), arguments=[name, *arguments], module=module, function=function
    )
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, cwd=installed, check=True, capture_output=True, text=True)
    return done.stdout


def test_the_installed_command_renders_every_format_of_the_sheet(installed: Path) -> None:
    (installed / "outputs.json").write_text(outputs_json(registration(ready())))
    for option in ("--format=table", "--format=markdown", "--format=html", "--json"):
        sheet = run(installed, "sheet", "--offline", "--file", "outputs.json", option)
        assert "https://" in sheet
        assert "python -m ops" not in sheet


def test_the_installed_command_knows_its_version_and_names_itself_in_help(installed: Path) -> None:
    assert run(installed, "--version").strip() == PROJECT["version"]
    assert "bigcommerce-backend" in run(installed, "stores", "--help")


def test_the_commands_and_the_program_take_the_same_versions_of_a_library() -> None:
    program = (ROOT / "requirements.in").read_text(encoding="utf-8")
    assert set(PROJECT["dependencies"]) <= set(re.findall(r"(?m)^[a-z].*$", program))
