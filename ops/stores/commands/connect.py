"""`connect`: connect stores to Rutter, or retry."""

import argparse
import sys

from lambdas.rutter.connection import ACTIVE, Trigger
from lambdas.rutter.requests import Request
from ops.errors import CommandError
from ops.stores.connections import Queues, with_connections
from ops.stores.progress import Counted
from ops.stores.stack import Stack
from ops.stores.store import Store
from ops.stores.store_arguments import add_store_or_app, chosen_store, chosen_stores
from ops.stores.text import number_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which store, or all of them."""
    add_store_or_app(parser)
    parser.add_argument(
        "--all",
        action="store_true",
        help="every installed store that Rutter does not have, also those that it refused",
    )


def run(stack: Stack, options: argparse.Namespace) -> int:
    """Connect one store to Rutter, or all that Rutter does not have, also those that it refused.

    Installed stores are connected without a command, within minutes. Use this to retry stores that
    Rutter refused, once you have fixed the reason. Stores whose data is syncing are left alone. A
    few seconds later, `list` shows the result.
    """
    if (options.store_hash is None) != options.all:
        raise CommandError("Say which STORE, or --all; not both.")
    queues = Queues.of(stack)
    found = _all_requests(stack, options.app) if options.all else [_one_request(stack, options)]
    with Counted("Asking for stores") as counted:
        for count, request in enumerate(found, 1):
            queues.send(request)
            counted.now(count, len(found))
    queued = number_of(len(found), "store")
    sys.stdout.write(f"Queued {queued}. Check their status with {stack.commands.list_stores}\n")
    return 0


def _one_request(stack: Stack, options: argparse.Namespace) -> Request:
    store = chosen_store(stack, options)
    if (obstacle := _obstacle(store)) is not None:
        raise CommandError(f"Store {store.store_hash} cannot be connected to Rutter: {obstacle}.")
    return Request(store.organization_id, store.store_hash, Trigger.OPERATOR)


def _all_requests(stack: Stack, organization_id: str | None) -> list[Request]:
    listed = chosen_stores(stack, [organization_id] if organization_id else [])
    stores = with_connections(stack, [store for store in listed if _obstacle(store) is None])
    # If data is syncing, Rutter is called only if it does not have the latest token.
    return [
        Request(
            each.organization_id,
            each.store_hash,
            Trigger.CHANGE if each.connection_state == ACTIVE else Trigger.OPERATOR,
        )
        for each in stores
    ]


def _obstacle(store: Store) -> str | None:
    """Why a store cannot be connected; None if it can."""
    if not (store.is_installed and store.is_current):
        return f"list has it as '{store.state}'"
    if store.app is None or not store.app.rutter:
        return f"{store.organization_id} has no rutter in the stack's configuration"
    return None
