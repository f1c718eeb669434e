"""`connect`: connect stores to Rutter, or retry."""

import sys
from typing import Annotated

from cyclopts import Parameter

from lambdas.rutter.connection import ACTIVE, Trigger
from lambdas.rutter.requests import Request
from ops.errors import CommandError
from ops.options import SELECTED, Target
from ops.stores.connections import Queues, with_connections
from ops.stores.output import number_of
from ops.stores.progress import Progress
from ops.stores.selection import OneApp, StoreHash, chosen_store, chosen_stores
from ops.stores.stack import Stack, opened
from ops.stores.store import Store


def run(
    store_hash: StoreHash | None = None,
    /,
    *,
    target: Target = SELECTED,
    app: OneApp = None,
    all_: Annotated[bool, Parameter(name="--all")] = False,
) -> int:
    """Connect one store to Rutter, or all that Rutter does not have.

    Stores are connected without this command within minutes after they install
    the app. Use it to retry stores that Rutter refused, once you have fixed the
    reason. Stores whose data is syncing are left alone. A few seconds later,
    `list` shows the result.

    Args:
        all_: Every installed store that Rutter does not have, also those that it refused.
    """
    if (store_hash is None) != all_:
        raise CommandError("Name one STORE, or add --all; not both.")
    with opened(target) as stack:
        queues = Queues.of(stack)
        requests = (
            _all_requests(stack, app)
            if store_hash is None
            else [_one_request(stack, store_hash, app)]
        )
        progress = Progress("Queuing stores")
        with progress:
            for count, request in enumerate(requests, 1):
                queues.send(request)
                progress.show(count, len(requests))
    queued = number_of(len(requests), "store")
    sys.stdout.write(f"Queued {queued}. Check their status with {stack.commands.list_stores}\n")
    return 0


def _one_request(stack: Stack, store_hash: str, organization_id: str | None) -> Request:
    store = chosen_store(stack, store_hash, organization_id)
    if (obstacle := _obstacle(store)) is not None:
        raise CommandError(f"Store {store.store_hash} cannot be connected to Rutter: {obstacle}.")
    return Request(*store.key, Trigger.OPERATOR)


def _all_requests(stack: Stack, organization_id: str | None) -> list[Request]:
    listed = chosen_stores(stack, [organization_id] if organization_id else [])
    stores = with_connections(stack, [store for store in listed if _obstacle(store) is None])
    # If data is syncing, Rutter is called only if it does not have the latest token.
    return [
        Request(
            *store.key, Trigger.CHANGE if store.connection_state == ACTIVE else Trigger.OPERATOR
        )
        for store in stores
    ]


def _obstacle(store: Store) -> str | None:
    """Return why a store cannot be connected; None if it can."""
    if not (store.is_installed and store.is_current):
        return f"its state is '{store.state}'"
    if store.app is None or not store.app.rutter:
        return f"{store.organization_id} has no rutter in the stack's configuration"
    return None
