"""How an operator's command is found, run and ended: `python -m PACKAGE COMMAND --stack NAME`."""

import argparse
import io
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from textwrap import indent

from ops.errors import CommandError
from ops.outputs import Outputs
from ops.source import add_source, given_outputs
from portal.sheet.text import one_line


@dataclass(frozen=True)
class Command:
    """A command.

    Attributes:
        run: does it with a stack's outputs and the options, and gives the exit status.
        add_arguments: adds the arguments and options that only this command has.
        documentation: its help, which begins with a sentence that says what it does.
    """

    run: Callable[[Outputs, argparse.Namespace], int]
    add_arguments: Callable[[argparse.ArgumentParser], None]
    documentation: str


@dataclass(frozen=True)
class CommandLine:
    """The commands of a package.

    Attributes:
        package: its name.
        description: a sentence on what they are for.
        examples: what to do, and on the next line the command for it.
        commands: by name; the first is run where none is given.
    """

    package: str
    description: str
    examples: str
    commands: Mapping[str, Command]

    def main(self, arguments: list[str] | None = None) -> int:
        """Run a command and give its exit status; None stands for this process's arguments.

        0: done; 1: something does not hold; 2: wrong use, or it cannot be done; 130: interrupted.
        """
        given = sys.argv[1:] if arguments is None else arguments
        if not given or (given[0].startswith("-") and given[0] not in {"-h", "--help"}):
            given = [next(iter(self.commands)), *given]
        if not given[0].startswith("-") and given[0] not in self.commands:
            sys.stderr.write(f"{self._no_command(given[0])}\n")
            return 2
        options, unknown = self._parser().parse_known_args(given)
        if unknown:
            options.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # as documents are, whatever the terminal's is
        try:
            return self._status(options)
        except OSError as error:
            # Python must not try to write the rest at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(error, BrokenPipeError):  # whoever read this has seen enough
                return 0
            sys.stderr.write(f"Could not write the output: {error.strerror}.\n")
            return 2

    @staticmethod
    def _status(options: argparse.Namespace) -> int:
        try:
            return int(options.run(given_outputs(options), options))
        except CommandError as error:
            sys.stderr.write(f"{error}\n")
            return 2
        except KeyboardInterrupt:
            sys.stderr.write("Interrupted.\n")
            return 130
        finally:
            sys.stdout.flush()

    def _no_command(self, name: str) -> str:
        nearest = get_close_matches(name, self.commands, n=1)
        meant = "".join(f" Did you mean {each}?" for each in nearest)
        return (
            f"There is no command {one_line(name)}.{meant} The commands: "
            f"{', '.join(self.commands)}. What each does: python -m {self.package} --help"
        )

    def _parser(self) -> argparse.ArgumentParser:
        examples = indent(self.examples, "  ")
        parser = argparse.ArgumentParser(
            prog=f"python -m {self.package}",
            description=self.description,
            epilog=f"Without a command, it is {next(iter(self.commands))}. Each has a --help of "
            f"its own.\n\nexamples:\n\n{examples}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        commands = parser.add_subparsers(metavar="COMMAND", required=True)
        for name, command in self.commands.items():
            one = commands.add_parser(
                name,
                help=command.documentation.partition(".")[0],
                description=command.documentation,
                formatter_class=argparse.RawDescriptionHelpFormatter,
            )
            one.set_defaults(run=command.run, parser=one)
            add_source(one)
            command.add_arguments(one)
        return parser
