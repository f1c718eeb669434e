"""How the Makefile installs: with the index that pip is configured for, which uv does not read."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import ROOT

UV = """#!/bin/sh
echo "$@" > arguments
env > environment
"""
PIP_CONF = """[global]
index-url = https://user:p%24@index.example.com/simple
extra-index-url =
    https://one.example.com/simple
    https://two.example.com/simple
cert = /etc/ssl/company.pem
proxy = http://proxy.example.com:3128
[install]
trusted-host = index.example.com
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder whose `make .venv/.requirements` has nothing left to do but to call uv."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "pip.conf").write_text(PIP_CONF)
    for name in ("requirements-uv.txt", "requirements.txt"):
        (tmp_path / name).write_text("")
    python, uv = f'#!/bin/sh\nexec {sys.executable} "$@"\n', UV
    for name, text in ((".venv/bin/python", python), ("build/uv/bin/uv", uv)):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


def install(
    folder: Path, target: str = ".venv/.requirements", **environment: str
) -> dict[str, str]:
    """The environment variables that uv got."""
    command = ["make", "--silent", f"PYTHON={sys.executable}"]
    command += ["--assume-old", ".venv/.requirements-dev", target]
    subprocess.run(command, cwd=folder, check=True, env={"PATH": os.environ["PATH"]} | environment)
    lines = (folder / "environment").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def test_uv_installs_only_what_has_its_hash(installed: Path) -> None:
    install(installed, PIP_CONFIG_FILE=os.devnull)
    arguments = (installed / "arguments").read_text().split()
    assert {"--require-hashes", "--no-deps"} <= set(arguments)
    assert arguments[-2:] == ["-r", "requirements.txt"]


def test_uv_gets_the_index_of_pips_configuration_file(installed: Path) -> None:
    got = install(installed, PIP_CONFIG_FILE=str(installed / "pip.conf"))
    assert got["UV_DEFAULT_INDEX"] == "https://user:p%24@index.example.com/simple"
    extra = ["https://one.example.com/simple", "https://two.example.com/simple"]
    assert got["UV_INDEX"].split() == extra
    assert got["SSL_CERT_FILE"] == "/etc/ssl/company.pem"
    assert got["ALL_PROXY"] == "http://proxy.example.com:3128"
    assert got["UV_INSECURE_HOST"] == "index.example.com"


@pytest.mark.parametrize(
    ("file", "variable"), [("pip.conf", "PIP_INDEX_URL"), (os.devnull, "UV_DEFAULT_INDEX")]
)
def test_environment_variables_override_pip_conf(installed: Path, file: str, variable: str) -> None:
    index = "https://other.example.com/simple"
    got = install(installed, PIP_CONFIG_FILE=str(installed / file), **{variable: index})
    assert got["UV_DEFAULT_INDEX"] == index


def test_pips_configuration_is_no_code_and_only_its_own_keys_count(installed: Path) -> None:
    index = "https://user:'$(touch run)`touch run`.index-url=$HOME@index.example.com/simple"
    pip_conf = f"[global]\nindex-url = {index}\n[download]\nindex-url = https://wrong.example.com\n"
    (installed / "pip.conf").write_text(pip_conf)
    got = install(installed, PIP_CONFIG_FILE=str(installed / "pip.conf"))
    assert got["UV_DEFAULT_INDEX"] == index
    assert not (installed / "run").exists()


def test_hashes_are_made_only_over_connections_that_are_verified(installed: Path) -> None:
    got = install(installed, "lock", PIP_CONFIG_FILE=str(installed / "pip.conf"))
    assert got["UV_DEFAULT_INDEX"] == "https://user:p%24@index.example.com/simple"
    assert "UV_INSECURE_HOST" not in got
