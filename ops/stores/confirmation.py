"""Confirm an action that cannot be undone, or that shows a secret."""

import sys
from typing import Annotated

from cyclopts import Parameter

from ops.errors import CommandError

Yes = Annotated[bool, Parameter(help="Do not ask for confirmation.")]


def confirm(question: str, *, yes: bool) -> None:
    """Ask on standard error; raise CommandError unless the answer is `y` or `yes`, or --yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise CommandError(f"{question}\nStandard input is not a terminal. To confirm, add --yes.")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise CommandError("Nothing was done.")
