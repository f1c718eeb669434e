"""The options that several commands share."""

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ops.outputs import Outputs, outputs_in_file, piped_outputs, read_outputs
from ops.pulumi_cli import ask_pulumi


@Parameter(name="*")
@dataclass(frozen=True)
class Target:
    """The stack that a command works on."""

    stack: Annotated[str | None, Parameter(name=("--stack", "-s"))] = None
    """The stack. Default: the one selected with `pulumi stack select`."""
    file: Path | None = None
    """Read the stack's outputs from a file that `pulumi stack output --json` wrote; - is standard
    input."""

    def outputs(self) -> Outputs:
        """Return the stack's outputs.

        Raises:
            CommandError: they cannot be read, or another version of the program wrote them.
        """
        if self.file is None:
            text = ask_pulumi(
                self.stack, "stack", "output", what="the outputs", otherwise="--file outputs.json"
            )
            return read_outputs(text, shlex.join(["--stack", self.stack]) if self.stack else "")
        if self.file == Path("-"):
            return read_outputs(piped_outputs(sys.stdin.buffer))
        return read_outputs(outputs_in_file(self.file), shlex.join(["--file", str(self.file)]))


SELECTED = Target()

Apps = Annotated[tuple[str, ...], Parameter(name="--app")]
Json = Annotated[bool, Parameter(help="Print JSON.")]
