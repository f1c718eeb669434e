"""Asking before something that cannot be taken back, or that shows a secret."""

import argparse
import sys

from ops.errors import CommandError


def add_yes(parser: argparse.ArgumentParser) -> None:
    """Add the option that answers beforehand."""
    parser.add_argument("--yes", action="store_true", help="do not ask")


def confirm(question: str, options: argparse.Namespace) -> None:
    """Ask on standard error, and go on at `y` or `yes`, or where --yes was given.

    Raises:
        CommandError: the answer was another, or nobody is there to ask.
    """
    if options.yes:
        return
    if not sys.stdin.isatty():
        raise CommandError(f"{question}\nNobody is there to ask: say --yes to go on.")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise CommandError("Nothing was done.")
