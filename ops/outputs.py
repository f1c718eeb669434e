"""Read a stack's outputs, as `pulumi stack output --json` prints them."""

import codecs
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ops.errors import CommandError
from ops.version import PROGRAM
from portal.model import Registration
from portal.sheet.commands import Commands


class OutputsError(CommandError):
    """The outputs cannot be read or used; the message says why and what to do."""


@dataclass(frozen=True)
class Outputs:
    """The outputs that the commands use.

    Attributes:
        credential_secret_arns: by organization ID.
        texts: the outputs that are strings, by name.
        given: the options that name their source; empty if they were piped.
    """

    registration: Registration
    credential_secret_arns: Mapping[str, str]
    texts: Mapping[str, str]
    given: str = ""

    @property
    def commands(self) -> Commands:
        """The commands to run next, with the same options."""
        return Commands(self.registration, self.given, PROGRAM)

    def text(self, name: str) -> str:
        """Return an output that is a string, or raise OutputsError."""
        if name not in self.texts:
            raise OutputsError(f"The outputs have no {name}. {_deploy_first(self.commands.up)}")
        return self.texts[name]

    @property
    def region(self) -> str:
        """The AWS region of the deployment."""
        return self._table_arn[3]

    @property
    def account(self) -> str:
        """The AWS account of the deployment."""
        return self._table_arn[4]

    @property
    def _table_arn(self) -> list[str]:
        arn = self.text("installationsTableArn").split(":")
        if len(arn) < 6:
            raise OutputsError(
                f"The output installationsTableArn is not an ARN. {_deploy_first(self.commands.up)}"
            )
        return arn


def outputs_in_file(path: Path) -> str:
    """Return what `pulumi stack output --json` was redirected to; `-` is standard input."""
    try:
        content = sys.stdin.buffer.read() if path == Path("-") else path.read_bytes()
        # Redirecting in PowerShell 5 writes UTF-16 with a byte order mark.
        utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return content.decode("utf-16" if utf16 else "utf-8-sig")
    except OSError as error:
        raise OutputsError(f"Could not read {path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise OutputsError(
            f"Could not read {path}: it is neither UTF-8 nor UTF-16. Write it again: "
            "pulumi stack output --json > outputs.json"
        ) from None


def read_outputs(text: str, given: str = "") -> Outputs:
    """Read a stack's outputs from JSON; `given` are the options that name its source."""
    up = f"pulumi up {given}" if given.startswith("--stack ") else "pulumi up"
    try:
        outputs = json.loads(text)
    except (ValueError, RecursionError):
        raise OutputsError(
            "The outputs are not JSON. Write them with: pulumi stack output --json > outputs.json"
        ) from None
    if isinstance(outputs, dict) and isinstance(outputs.get("operations"), dict):
        # A program that uses the component package may export nothing else.
        outputs = {**outputs["operations"], **outputs}
    if not isinstance(outputs, dict) or "registration" not in outputs:
        raise OutputsError(f"The outputs have no registration. {_deploy_first(up)}")
    try:
        registration = Registration.model_validate(outputs["registration"])
    except ValidationError as error:
        problems = (f"\n  {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise OutputsError(
            f"Another version of the program wrote the output registration. {_deploy_first(up)}"
            f"{''.join(problems)}"
        ) from None
    arns = _texts(outputs.get("credentialSecretArns"))
    return Outputs(registration, arns, _texts(outputs), given)


def _deploy_first(up: str) -> str:
    return (
        f"Deploy the stack with this version first: {up}\n"
        "If your program uses the component package, export its output operations."
    )


def _texts(value: Any) -> dict[str, str]:
    """Return the values of a JSON object that are strings."""
    items = value.items() if isinstance(value, dict) else ()
    return {key: text for key, text in items if isinstance(text, str)}
