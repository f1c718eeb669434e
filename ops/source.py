"""Where a command gets a stack's outputs from: its options --stack and --file, or a pipe."""

import argparse
import shlex
import sys
from pathlib import Path

from ops.outputs import Outputs, OutputsError, outputs_in_file, piped_outputs, read_outputs
from ops.pulumi_cli import ask_pulumi


def add_source(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the outputs are."""
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--stack", metavar="NAME", help="the stack whose outputs the Pulumi CLI is asked for"
    )
    source.add_argument(
        "--file",
        type=Path,
        help="the outputs as `pulumi stack output --json` gave them; - is standard input, which is "
        "read too when something is piped to it and neither option is given",
    )


def given_outputs(options: argparse.Namespace) -> Outputs:
    """The outputs from where the options say.

    Raises:
        CommandError: there are none, or they are of no use.
    """
    if options.stack is not None:
        text = ask_pulumi(
            options.stack, "stack", "output", what="the outputs", otherwise="--file outputs.json"
        )
        return read_outputs(text, shlex.join(["--stack", options.stack]))
    if options.file is not None and options.file != Path("-"):
        text = outputs_in_file(options.file)
        return read_outputs(text, shlex.join(["--file", str(options.file)]))
    if options.file is None and sys.stdin.isatty():
        raise OutputsError("Which stack? Say --stack NAME, or give its outputs with --file FILE.")
    return read_outputs(piped_outputs(sys.stdin.buffer))
