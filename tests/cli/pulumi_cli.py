"""The tools of the CLI tests: found on PATH, built from Go modules, or installed from npm.

`python -m tests.cli.pulumi_cli` gets all of them. The first run takes minutes. If `go` or `npm` is
missing, the tests that need it are skipped.
"""

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pulumi.automation import InvalidVersionError, PulumiCommand
from semver import VersionInfo

from package.provider import SCHEMA

ROOT = Path(__file__).resolve().parents[2]
# What README asks for.
MINIMUM = VersionInfo(3, 190)
YAML_HOST = "pulumi-language-yaml"

_CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_CLI_VERSION = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
# Newer ones need versions of Pulumi that were never released as Go modules.
_YAML, _YAML_VERSION = f"github.com/pulumi/pulumi-yaml/cmd/{YAML_HOST}", "1.32.0"

BUILD = ROOT / "build" / "cli"
_NPM_PACKAGES = ("typescript@5.9.3", "@pulumi/pulumi@3.248.0", "@types/node@20.19.43")


def find_or_build() -> PulumiCommand:
    """Return the CLI, which is the one of CI if it was built."""
    try:
        return PulumiCommand(version=MINIMUM)
    except (FileNotFoundError, InvalidVersionError):
        return build(_version_of_ci())


def build(version: str) -> PulumiCommand:
    """Return the CLI of a version."""
    flag = f"-s -w -X {_CLI_VERSION}={version}"  # without it the Automation API refuses the CLI
    return PulumiCommand(str(_built(_CLI, version, flag)), MINIMUM)


def yaml_host() -> Path:
    """Return the language host of YAML programs."""
    found = shutil.which(YAML_HOST)
    return Path(found or _built(_YAML, _YAML_VERSION, "-s -w") / "bin" / YAML_HOST)


def generate_sdks(schema: Path, folder: Path) -> None:
    """Write the SDKs of a package into the folders `nodejs` and `python`."""
    root = _module("sdks", _CLI, _version_of_ci())
    shutil.copy(Path(__file__).with_name("sdks.go"), root / "main.go")
    _go("run", ".", str(schema), str(folder), folder=root)


def typescript_project() -> Path:
    """Return a project in which the TypeScript compiler and Pulumi's SDK are installed."""
    project = BUILD / "typescript"
    if not (project / "node_modules/.bin/tsc").exists():
        _require("npm", "TypeScript")
        print(f"Installing TypeScript in {project} (half a minute, once)", flush=True)
        project.mkdir(parents=True, exist_ok=True)
        (project / "package.json").write_text("{}")
        options = ("--silent", "--no-audit", "--no-fund", "--ignore-scripts")
        subprocess.run(["npm", "install", *options, *_NPM_PACKAGES], cwd=project, check=True)
    return project


def _version_of_ci() -> str:
    asked = subprocess.run([ROOT / ".ci/pulumi-version"], capture_output=True, check=True)
    return asked.stdout.decode().strip()


def _built(package: str, version: str, flags: str) -> Path:
    """Return the folder with a package's command in its `bin`."""
    name = package.rpartition("/")[2]
    root = _module(name, package, version)
    if not (root / "bin").exists():
        # Built aside: an interrupted build must not be taken for a whole one.
        _go("build", "-ldflags", flags, "-o", f"unfinished/{name}", package, folder=root)
        (root / "unfinished").rename(root / "bin")
    return root


def _module(name: str, package: str, version: str) -> Path:
    """Return the folder of a Go module that requires this version of a package."""
    root = BUILD / f"{name}-{version}"
    if (root / "go.sum").exists():
        return root
    _require("go", name)
    print(f"Building {name} {version} in {root} (2 to 4 minutes, once)", flush=True)
    root.mkdir(parents=True, exist_ok=True)
    (root / "go.mod").write_text("module build\n")
    _go("get", "-tool", f"{package}@v{version}", folder=root)
    return root


def _require(command: str, what: str) -> None:
    if not shutil.which(command):
        pytest.skip(f"Could not get {what}: {command} is not on PATH. Install {command}.")


def _go(*arguments: str, folder: Path) -> None:
    subprocess.run(["go", *arguments], cwd=folder, check=True)


def main() -> None:
    """Get all tools, and print which CLI the tests use. Tests that lack a tool are skipped."""
    missing = (pytest.skip.Exception, subprocess.CalledProcessError)
    with suppress(*missing):
        cli = find_or_build()
        print(f"Pulumi CLI {cli.version} ({cli.command})", flush=True)
        build(str(MINIMUM))
        yaml_host()
        with TemporaryDirectory() as folder:
            generate_sdks(SCHEMA, Path(folder))
    with suppress(*missing):
        typescript_project()


if __name__ == "__main__":
    main()
