"""The Pulumi CLI and its YAML language host: those on PATH, or built from their Go modules."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pulumi.automation import InvalidVersionError, PulumiCommand
from semver import VersionInfo

ROOT = Path(__file__).resolve().parents[2]
# What README asks for.
MINIMUM = VersionInfo(3, 190)
YAML_HOST = "pulumi-language-yaml"

_CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_CLI_VERSION = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
# Newer ones need versions of Pulumi that were never released as Go modules.
_YAML, _YAML_VERSION = f"github.com/pulumi/pulumi-yaml/cmd/{YAML_HOST}", "1.32.0"

Say = Callable[[str], None]
"""Told of a build, which takes minutes."""


def find_or_build(say: Say) -> PulumiCommand:
    """Return the CLI, which is the one of CI if it was built.

    Like the others, it skips the tests if something is to be built, and there is no `go`.
    """
    try:
        return PulumiCommand(version=MINIMUM)
    except (FileNotFoundError, InvalidVersionError):
        return build(_version_of_ci(), say)


def build(version: str, say: Say) -> PulumiCommand:
    """Return the CLI of a version."""
    flag = f"-s -w -X {_CLI_VERSION}={version}"  # without it the Automation API refuses the CLI
    return PulumiCommand(str(_built(_CLI, version, flag, say)), MINIMUM)


def yaml_host(say: Say) -> Path:
    """Return the language host of YAML programs."""
    found = shutil.which(YAML_HOST)
    return Path(found or _built(_YAML, _YAML_VERSION, "-s -w", say) / "bin" / YAML_HOST)


def generate_sdks(schema: Path, folder: Path, say: Say) -> None:
    """Write the SDKs of a package into the folders `nodejs` and `python`."""
    root = _module("sdks", _CLI, _version_of_ci(), say)
    shutil.copy(Path(__file__).with_name("sdks.go"), root / "main.go")
    _go("run", ".", str(schema), str(folder), folder=root)


def _version_of_ci() -> str:
    asked = subprocess.run([ROOT / ".ci/pulumi-version"], capture_output=True, check=True)
    return asked.stdout.decode().strip()


def _built(package: str, version: str, flags: str, say: Say) -> Path:
    """Return the folder with a package's command in its `bin`."""
    name = package.rpartition("/")[2]
    root = _module(name, package, version, say)
    if not (root / "bin").exists():
        # Built aside: an interrupted build must not be taken for a whole one.
        _go("build", "-ldflags", flags, "-o", f"unfinished/{name}", package, folder=root)
        (root / "unfinished").rename(root / "bin")
    return root


def _module(name: str, package: str, version: str, say: Say) -> Path:
    """Return the folder of a Go module that requires this version of a package."""
    root = ROOT / "build" / "cli" / f"{name}-{version}"
    if (root / "go.sum").exists():
        return root
    if not shutil.which("go"):
        pytest.skip(f"there is no {name} on PATH that will do, and no go to build it")
    say(f"Building {name} {version} in {root} (2 to 4 minutes, once)")
    root.mkdir(parents=True, exist_ok=True)
    (root / "go.mod").write_text("module build\n")
    _go("get", "-tool", f"{package}@v{version}", folder=root)
    return root


def _go(*arguments: str, folder: Path) -> None:
    subprocess.run(["go", *arguments], cwd=folder, check=True)
