"""The command for a stack's stores: `python -m installations COMMAND --stack NAME`."""

import argparse
import sys
from inspect import getdoc

from botocore.exceptions import BotoCoreError, ClientError

from ops.aws_errors import explained
from ops.command_line import Command, CommandLine
from ops.errors import CommandError
from ops.outputs import Outputs
from ops.stores.commands import COMMANDS, CommandModule
from ops.stores.stack import Stack

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


def _on_stack(module: CommandModule) -> Command:
    """The command of a module, with AWS's refusals in words."""

    def run(outputs: Outputs, options: argparse.Namespace) -> int:
        stack = Stack.of(outputs)
        try:
            return module.run(stack, options)
        except (ClientError, BotoCoreError) as error:
            raise CommandError(explained(error, stack.operator_policy_arn)) from None

    return Command(run, module.add_arguments, getdoc(module.run) or "")


main = CommandLine(
    package="installations",
    description=_DESCRIPTION,
    examples=_EXAMPLES,
    commands={name: _on_stack(module) for name, module in COMMANDS.items()},
).main


if __name__ == "__main__":
    sys.exit(main())
