"""`connect`: stores are handed to Rutter, or tried again."""

import argparse
import sys

from installations.connections import Queues, with_connections
from installations.progress import Counted
from installations.stack import Stack
from installations.store import Store
from installations.store_arguments import add_store_or_app, chosen_store, chosen_stores
from lambdas.rutter.connection import ACTIVE
from lambdas.rutter.tasks import Task
from registration.errors import CommandError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which store, or all of them."""
    add_store_or_app(parser)
    parser.add_argument(
        "--all",
        action="store_true",
        help="every installed store that Rutter does not have, also those that it refused",
    )


def run(stack: Stack, options: argparse.Namespace) -> int:
    """Hand one store to Rutter, or all that Rutter does not have: also those that it refused.

    Stores that are installed from now on are handed over by themselves: --all is for those that
    were installed before Rutter was switched on, or refused for what is mended now. Nothing happens
    to those whose data flows. What comes of it, a few seconds later, is in `list`.
    """
    if (options.store_hash is None) != options.all:
        raise CommandError("Say which STORE, or --all; not both.")
    queues = Queues.of(stack)
    tasks = _tasks_of_all(stack, options.app) if options.all else [_task_of_one(stack, options)]
    with Counted("Asking for stores") as counted:
        for count, task in enumerate(tasks, 1):
            queues.send(task)
            counted.now(count, len(tasks))
    sys.stdout.write(f"{len(tasks):,} asked for. What came of it: {stack.commands.list_stores}\n")
    return 0


def _task_of_one(stack: Stack, options: argparse.Namespace) -> Task:
    store = chosen_store(stack, options)
    if (obstacle := _obstacle(store)) is not None:
        raise CommandError(f"Store {store.store_hash} cannot be handed to Rutter: {obstacle}.")
    return Task(store.organization_id, store.store_hash, asked=True)


def _tasks_of_all(stack: Stack, organization_id: str | None) -> list[Task]:
    listed = chosen_stores(stack, [organization_id] if organization_id else [])
    stores = with_connections(stack, [store for store in listed if _obstacle(store) is None])
    # Where data flows nothing is to be asked of Rutter, unless it has not the latest token.
    return [
        Task(each.organization_id, each.store_hash, asked=each.connection_state != ACTIVE)
        for each in stores
    ]


def _obstacle(store: Store) -> str | None:
    """Why a store cannot be handed over; None where it can."""
    if not (store.is_installed and store.is_current):
        return f"list has it as '{store.state}'"
    if store.app is None or not store.app.rutter:
        return f"{store.organization_id} has no rutter in the stack's configuration"
    return None
