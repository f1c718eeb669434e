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
# A file of its own, so that `up` beside it leaves the outputs of what is still served.
SERVED_OUTPUTS_FILE = BUILD / "served-outputs.json"


def write_outputs(file: Path, outputs: Mapping[str, Any]) -> None:
    """Write outputs, as `pulumi stack output --json` prints them, into a folder that is there.

    Raises:
        OSError: the file cannot be written.
    """
    text = json.dumps(outputs, indent=2, sort_keys=True, ensure_ascii=False)
    file.write_text(f"{text}\n", encoding="utf-8")


def sheet_command(file: Path) -> str:
    """The command that prints the sheet, to be run in the project's folder; it calls nothing."""
    return _command(
        "registration", "show", "--offline", "--format", "markdown", "--file", shown_path(file)
    )


def show_command(file: Path, endpoint_url: str) -> str:
    """The command that shows what to enter in the portal, and what BigCommerce has called."""
    return _there(endpoint_url, _command("registration", "show", "--file", shown_path(file)))


def check_command(file: Path, endpoint_url: str) -> str:
    """The command that checks the deployment in the embedded AWS at this endpoint."""
    return _there(endpoint_url, _command("registration", "check", "--file", shown_path(file)))


def list_command(file: Path, endpoint_url: str) -> str:
    """The command that lists the stores in the embedded AWS at this endpoint."""
    return _there(endpoint_url, _command("installations", "list", "--file", shown_path(file)))


def _there(endpoint_url: str, command: str) -> str:
    """A command with the environment in which it calls the embedded AWS."""
    environment = {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
    }
    settings = " ".join(f"{name}={value}" for name, value in environment.items())
    return f"{settings} {command}"


def shown_path(path: Path) -> str:
    """A path as one would write it in the project's folder."""
    path = path.absolute()
    return str(path.relative_to(_PROJECT) if path.is_relative_to(_PROJECT) else path)


def _command(*arguments: str) -> str:
    return shlex.join([shown_path(Path(sys.executable)), "-m", *arguments])
