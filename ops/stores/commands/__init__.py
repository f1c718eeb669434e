"""The commands, a module each: `add_arguments`, and `run`, whose docstring is the command's help.

To add one, write its module and name it in COMMANDS.
"""

import argparse
from typing import Protocol

from ops.stores.commands import (
    connect,
    consents,
    export,
    import_tokens,
    list_stores,
    policy,
    purge,
    redrive,
    show,
    token,
    verify,
)
from ops.stores.stack import Stack


class CommandModule(Protocol):
    """A module of this package."""

    def add_arguments(self, parser: argparse.ArgumentParser, /) -> None:
        """Add the arguments and options that only this command has."""

    def run(self, stack: Stack, options: argparse.Namespace, /) -> int:
        """Do it, and give the exit status."""


COMMANDS: dict[str, CommandModule] = {
    "list": list_stores,
    "show": show,
    "token": token,
    "verify": verify,
    "purge": purge,
    "import": import_tokens,
    "export": export,
    "policy": policy,
    "connect": connect,
    "redrive": redrive,
    "consents": consents,
}
