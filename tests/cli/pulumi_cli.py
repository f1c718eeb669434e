"""The Pulumi CLI: the one on PATH, or one built from its Go module where there is `go`."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from pulumi.automation import PulumiCommand
from semver import VersionInfo

# What README asks for.
MINIMUM = VersionInfo(3, 190)
# Names the version to build in place of the one on PATH or in go.mod.
VERSION_VARIABLE = "PULUMI_CLI_VERSION"

_GO_MODULE = Path(__file__).parent / "pulumi"
_BUILD = Path(__file__).resolve().parents[2] / "build" / "cli"
_PULUMI = "github.com/pulumi/pulumi/pkg/v3"
_VERSION = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"


class NoPulumiError(Exception):
    """There is no Pulumi CLI, and no `go` to build one with."""


def find_or_build(say: Callable[[str], None]) -> PulumiCommand:
    """Return the CLI; `say` is told of a build, which takes minutes.

    Raises:
        NoPulumiError: there is none, and no `go`.
        subprocess.CalledProcessError: `go` failed, and has said why.
        pulumi.automation.InvalidVersionError: the one on PATH is older than `MINIMUM`.
    """
    wanted = os.environ.get(VERSION_VARIABLE)
    if wanted is None and shutil.which("pulumi"):
        return PulumiCommand(version=MINIMUM)
    version = wanted or _version_in_go_mod()
    root = _BUILD / version
    if not (root / "bin" / "pulumi").exists():
        if not shutil.which("go"):
            raise NoPulumiError("neither pulumi nor go, which builds it, is on PATH")
        say(f"Building the Pulumi CLI {version} in {root} (2 to 4 minutes, once)")
        _build(version, root)
    return PulumiCommand(str(root), MINIMUM)


def _version_in_go_mod() -> str:
    found = re.search(rf"{_PULUMI} v(\S+)", (_GO_MODULE / "go.mod").read_text())
    assert found
    return found[1]


def _build(version: str, root: Path) -> None:
    shutil.copytree(_GO_MODULE, root, dirs_exist_ok=True)
    if version != _version_in_go_mod():
        _go(root, "get", "-tool", f"{_PULUMI}/cmd/pulumi@v{version}")
    unfinished = root / "pulumi.new"
    flags = f"-s -w -X {_VERSION}={version}"
    _go(root, "build", "-ldflags", flags, "-o", str(unfinished), f"{_PULUMI}/cmd/pulumi")
    (root / "bin").mkdir(exist_ok=True)
    unfinished.replace(root / "bin" / "pulumi")


def _go(folder: Path, *arguments: str) -> None:
    subprocess.run(["go", *arguments], cwd=folder, check=True)
