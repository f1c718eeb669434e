"""`connect`: connect stores to Rutter, or retry."""

import sys
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter

from lambdas.records.reconcile_request import Request, Trigger
from ops.errors import CommandError
from ops.options import SELECTED, Json, Target
from ops.stores.connections import ACTIVE, with_connections
from ops.stores.output import number_of, print_outcomes
from ops.stores.progress import Progress
from ops.stores.queues import Queues
from ops.stores.selection import OneApp, StoreHash, chosen_store, chosen_stores
from ops.stores.stack import Stack, opened
from ops.stores.store import Store

QUEUED, SYNCING = "queued", "already syncing"


def run(
    store_hash: StoreHash | None = None,
    /,
    *,
    target: Target = SELECTED,
    app: OneApp = None,
    all_: Annotated[bool, Parameter(name="--all")] = False,
    json: Json = False,
) -> int:
    """Connect one store to Rutter, or all that Rutter does not have.

    Stores are connected without this command within minutes after they install
    the app. Use it to retry stores that Rutter refused, once you have fixed the
    reason. A few seconds later, `list` shows the result.

    Args:
        all_: Every installed store whose data is not syncing, including those that Rutter refused.
    """
    if (store_hash is None) != all_:
        raise CommandError("Name one STORE, or add --all; not both.")
    with opened(target) as stack:
        queues = Queues.of(stack)
        outcomes = (
            _all(stack, app) if store_hash is None else [(_one(stack, store_hash, app).key, QUEUED)]
        )
        to_queue = [key for key, outcome in outcomes if outcome == QUEUED]
        progress = Progress("Queuing stores")
        with progress:
            for count, key in enumerate(to_queue, 1):
                queues.send(Request(*key, Trigger.OPERATOR))
                progress.show(count, len(to_queue))
    if json:
        print_outcomes(outcomes)
    else:
        others = len(outcomes) - len(to_queue)
        syncing = f" The data of {number_of(others, 'store')} is already syncing." if others else ""
        sys.stdout.write(
            f"Queued {number_of(len(to_queue), 'store')}.{syncing} "
            f"To see their status: {stack.commands.list_stores}\n"
        )
    return 0


def _one(stack: Stack, store_hash: str, organization_id: str | None) -> Store:
    store = chosen_store(stack, store_hash, organization_id)
    if (obstacle := _obstacle(store)) is not None:
        raise CommandError(f"Store {store.store_hash} cannot be connected to Rutter: {obstacle}.")
    return store


def _all(stack: Stack, organization_id: str | None) -> Sequence[tuple[tuple[str, str], str]]:
    listed = chosen_stores(stack, [organization_id] if organization_id else [])
    stores = with_connections(stack, [store for store in listed if _obstacle(store) is None])
    return [
        (store.key, SYNCING if store.connection_state == ACTIVE else QUEUED) for store in stores
    ]


def _obstacle(store: Store) -> str | None:
    """Return why a store cannot be connected; None if it can."""
    if not (store.is_installed and store.is_current):
        return f"its state is '{store.state}'"
    if store.app is None or not store.app.rutter:
        return f"{store.organization_id} has no rutter in the stack's configuration"
    return None
