"""`connect`: stores are handed to Rutter, or tried again."""

import argparse
import sys

from installations.connections import Queues
from installations.progress import Counted
from installations.stack import Stack
from installations.store_arguments import add_store_or_app, chosen_store, chosen_stores
from lambdas.rutter.tasks import Task
from registration.errors import CommandError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which store, or all of them."""
    add_store_or_app(parser)
    parser.add_argument(
        "--all", action="store_true", help="every installed store that Rutter does not have yet"
    )


def run(stack: Stack, options: argparse.Namespace) -> int:
    """Hand one store to Rutter, also one that Rutter refused; or all that Rutter does not have.

    Stores that are installed from now on are handed over by themselves: --all is for those that
    were installed before Rutter was switched on. Nothing happens to a store that is connected, but
    that Rutter is asked how it is. What comes of it, a few seconds later, is in `list`.
    """
    if (options.store_hash is None) != options.all:
        raise CommandError("Say which STORE, or --all; not both.")
    queues = Queues.of(stack)
    if options.store_hash is not None:
        store = chosen_store(stack, options)
        queues.send(Task(store.organization_id, store.store_hash, asked=True))
        count = 1
    else:
        stores = chosen_stores(stack, [options.app] if options.app else [])
        with Counted("Asking for stores") as counted:
            count = 0
            for store in stores:
                if store.is_installed:
                    queues.send(Task(store.organization_id, store.store_hash))
                    count += 1
                    counted.now(count, len(stores))
    sys.stdout.write(f"{count:,} asked for. What came of it: {stack.commands.list_stores}\n")
    return 0
