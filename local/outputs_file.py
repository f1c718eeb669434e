"""The stack's outputs as a file, and the commands that read it while the stack is served."""

import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.aws import ROOT_KEY
from local.scratch import BUILD

_PROJECT = Path(__file__).resolve().parent.parent
OUTPUTS_FILE = BUILD / "outputs.json"


def write_outputs(file: Path, outputs: Mapping[str, Any]) -> None:
    """Write outputs as `pulumi stack output --json` prints them. The folder must exist."""
    text = json.dumps(outputs, indent=2, sort_keys=True, ensure_ascii=False)
    file.write_text(f"{text}\n", encoding="utf-8")


def shell_command(file: Path, *arguments: str, endpoint_url: str | None = None) -> str:
    """Return a shell command, for the project's folder, that reads the file.

    `arguments` are a command of `ops` and its options. `endpoint_url` is the embedded AWS to call.
    """
    python = shown_path(Path(sys.executable))
    line = shlex.join([python, "-m", "ops", *arguments, "--file", shown_path(file)])
    if endpoint_url is None:
        return line
    keys = f"AWS_ACCESS_KEY_ID={ROOT_KEY} AWS_SECRET_ACCESS_KEY={ROOT_KEY}"
    return f"AWS_ENDPOINT_URL={endpoint_url} {keys} {line}"


def shown_path(path: Path) -> str:
    """Return a path relative to the project's folder, if it is in it."""
    path = path.absolute()
    return str(path.relative_to(_PROJECT) if path.is_relative_to(_PROJECT) else path)
