"""Options that several commands share."""

import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

from cyclopts import Group, Parameter
from cyclopts.validators import mutually_exclusive

from ops.errors import CommandError
from ops.outputs import Outputs, outputs_in_file, read_outputs
from ops.pulumi_cli import ask_pulumi
from portal.model import AppRegistration

Apps = Annotated[tuple[str, ...], Parameter(name="--app")]
Json = Annotated[bool, Parameter(help="Print only JSON on standard output.")]


def one_of(name: str) -> Group:
    """Return a group of mutually exclusive options; `name` heads it in the help."""
    return Group(name, validator=mutually_exclusive)


_STACK = one_of("Stack")


@Parameter(name="*")
@dataclass(frozen=True)
class Target:
    """The stack that a command works on."""

    stack: Annotated[str | None, Parameter(name=("--stack", "-s"), group=_STACK)] = None
    """The stack. Default: the one selected with `pulumi stack select`."""
    file: Annotated[Path | None, Parameter(group=_STACK, allow_leading_hyphen=True)] = None
    """Read `pulumi stack output --json` from this file; - is standard input. Not with --stack."""

    def outputs(self) -> Outputs:
        """Return the stack's outputs, or raise CommandError."""
        if self.file is None:
            text = ask_pulumi(
                self.stack, "stack", "output", what="the outputs", otherwise="--file outputs.json"
            )
            return read_outputs(text, shlex.join(["--stack", self.stack]) if self.stack else "")
        given = "" if self.file == Path("-") else shlex.join(["--file", str(self.file)])
        return read_outputs(outputs_in_file(self.file), given)


SELECTED = Target()


def chosen_apps(outputs: Outputs, organization_ids: Collection[str]) -> Sequence[AppRegistration]:
    """Return the apps with these IDs, in the configuration's order; without IDs, all apps."""
    apps = outputs.registration.apps
    known = [app.organization_id for app in apps]
    for id_ in organization_ids:
        if id_ not in known:
            # If none is close, an example shows what an organization ID looks like.
            nearest = ", ".join(get_close_matches(id_, known)) or known[0]
            raise CommandError(
                f"Stack {outputs.registration.stack} has no app with organization ID {id_!r}. "
                f"It has, for example: {nearest}\nTo list every app: {outputs.commands.sheet}"
            )
    return [app for app in apps if not organization_ids or app.organization_id in organization_ids]
