"""The Pulumi CLI: the one on PATH, or one built from its Go module where there is `go`."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from pulumi.automation import InvalidVersionError, PulumiCommand
from semver import VersionInfo

# What README asks for.
MINIMUM = VersionInfo(3, 190)

_GO_MODULE = Path(__file__).parent / "pulumi"
_BUILD = Path(__file__).resolve().parents[2] / "build" / "cli"
_PULUMI = "github.com/pulumi/pulumi/pkg/v3"
_VERSION = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"


class NoPulumiError(Exception):
    """There is no Pulumi CLI, and no `go` to build one with."""


def find_or_build(say: Callable[[str], None]) -> PulumiCommand:
    """Return the CLI; `say` is told of a build, which takes minutes.

    Raises:
        NoPulumiError: there is none that is new enough, and no `go`.
        subprocess.CalledProcessError: `go` failed, and has said why.
    """
    pinned = re.findall(rf"{_PULUMI} v(\S+)", (_GO_MODULE / "go.mod").read_text())[0]
    try:
        return PulumiCommand(version=MINIMUM)
    except (FileNotFoundError, InvalidVersionError):
        root = _BUILD / pinned
    if not (root / "bin" / "pulumi").exists():
        if not shutil.which("go"):
            raise NoPulumiError(f"there is no pulumi >= {MINIMUM} on PATH, and no go to build it")
        say(f"Building the Pulumi CLI {pinned} in {root} (2 to 4 minutes, once)")
        shutil.copytree(_GO_MODULE, root, dirs_exist_ok=True)
        # Built aside: an interrupted build must not be taken for a whole one.
        flags = ("-ldflags", f"-s -w -X {_VERSION}={pinned}", "-o", "unfinished/pulumi")
        _go("build", *flags, f"{_PULUMI}/cmd/pulumi", folder=root)
        (root / "unfinished").rename(root / "bin")
    return PulumiCommand(str(root), MINIMUM)


def _go(*arguments: str, folder: Path) -> None:
    subprocess.run(["go", *arguments], cwd=folder, check=True)
