"""The command for a stack's stores: `python -m installations COMMAND --stack NAME`."""

import argparse
import io
import os
import sys
from difflib import get_close_matches
from inspect import getdoc
from textwrap import indent

from botocore.exceptions import BotoCoreError, ClientError

from installations.commands import COMMANDS
from installations.errors import CommandError
from installations.stack import Stack
from registration.aws_errors import explained
from registration.choice import UnknownAppError
from registration.outputs import OutputsError
from registration.source import add_source, given_outputs

_DESCRIPTION = "Work with the stores that installed a stack's apps, with your own AWS credentials."
_EXAMPLES = """\
the stores of every app, in this terminal:
  python -m installations --stack dev
one of them, and its access token:
  python -m installations show STORE_HASH --stack dev
  python -m installations token STORE_HASH --stack dev
whether every token holds, and keeping what BigCommerce says (exit status 0 or 1):
  python -m installations verify --stack dev --mark
how many stores must consent again if the configuration is deployed:
  python -m installations consents --stack dev
records that nobody needs any more:
  python -m installations purge --stack dev --dry-run
a policy for code that may read the tokens of one app:
  python -m installations policy ORGANIZATION_ID --stack dev > policy.json
"""


def main(arguments: list[str] | None = None) -> int:
    """Run a command and give its exit status.

    0: done; 1: something does not hold; 2: wrong use, or it cannot be done; 130: interrupted.
    """
    given = sys.argv[1:] if arguments is None else arguments
    if not given or (given[0].startswith("-") and given[0] not in {"-h", "--help"}):
        given = ["list", *given]
    if not given[0].startswith("-") and given[0] not in COMMANDS:
        sys.stderr.write(_no_command(given[0]))
        return 2
    options = _parser().parse_args(given)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # as documents are, whatever the terminal's is
    try:
        stack = Stack.of(given_outputs(options))
        try:
            return int(options.run(stack, options))
        except (ClientError, BotoCoreError) as error:
            raise CommandError(explained(error, stack.operator_policy_arn)) from None
    except (CommandError, OutputsError, UnknownAppError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except BrokenPipeError:
        # Whoever read this has seen enough; Python must not try to write the rest at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _no_command(name: str) -> str:
    nearest = "".join(f" Do you mean {each}?" for each in get_close_matches(name, COMMANDS, n=1))
    return f"There is no command {name!r}.{nearest} The commands: {', '.join(COMMANDS)}\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m installations",
        description=_DESCRIPTION,
        epilog=f"Without a command, it is list.\n\nexamples:\n\n{indent(_EXAMPLES, '  ')}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        documentation = getdoc(command.run) or ""
        one = commands.add_parser(
            name,
            help=documentation.partition(".")[0],
            description=documentation,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        one.set_defaults(run=command.run)
        add_source(one)
        command.add_arguments(one)
    return parser


if __name__ == "__main__":
    sys.exit(main())
