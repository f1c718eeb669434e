"""`purge`: records that nobody needs any more are deleted."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from lambdas.records import installation_item
from lambdas.shared.dynamodb_json import values_to_json
from ops.errors import CommandError
from ops.stores.at_once import each
from ops.stores.bigcommerce_api import DEAD
from ops.stores.confirmation import add_yes, confirm
from ops.stores.older_outputs import refuse_older_outputs
from ops.stores.stack import Stack
from ops.stores.store import SORT_KEYS, Store
from ops.stores.store_arguments import add_store_or_app, chosen_store, chosen_stores
from ops.stores.text import in_columns, number_of

# Of a record, what every write of its installation or uninstallation changes; the index has it.
WRITTEN = ("status", "client_id", "granted_at_ms", "uninstalled_at")
# What becomes of a store.
PURGED, WRITTEN_ANEW = "purged", "Written anew meanwhile"
BUSY = "Busy with other writes, so try again"
# Why DynamoDB cancels a transaction that it may take a little later, and seconds before each try.
PASSING = {"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"}
PAUSES = (0, 0.2, 1, 3)
HEADINGS = ("Organization ID", "Store", "State", "Users")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which records, and how far to go."""
    add_store_or_app(parser)
    parser.add_argument(
        "--dead",
        action="store_true",
        help="the stores whose token `verify --mark` found refused, closed or not decryptable",
    )
    parser.add_argument("--dry-run", action="store_true", help="only show what would be deleted")
    add_yes(parser)


def run(stack: Stack, options: argparse.Namespace) -> int:
    """Delete the records of apps that the stack no longer has, of dead stores, or of one store.

    With --dead: those of stores whose token `verify --mark` found dead, if they have no newer one.
    Without it, and without a store: those of apps that were taken out of the configuration, and
    those of apps that were registered anew, so that their stores have tokens of another Client ID.
    Outputs that are older than the deployment, and so know too little of its apps, are refused.
    What would be deleted is shown first, and deleted once you have confirmed it. A record that was
    written anew meanwhile stays, and so does one that DynamoDB stays busy with: purge again. A
    connection at Rutter stays there, and is forgotten here; one whose store has no record any more
    is found by the store's hash alone. The table's stream holds what was deleted for 24 hours, its
    backups for 35 days.

    Exit status: 0 when all is deleted or there is nothing to delete, 1 when a record stayed, 2 when
    AWS refused: what was deleted by then is counted.
    """
    stores = _chosen(stack, options)
    if not stores:
        sys.stdout.write("There is nothing to purge.\n")
        return 0
    for line in in_columns([HEADINGS, *map(_row, stores)]):
        sys.stdout.write(f"{line}\n")
    warning = _warning(sum(store.is_installed for store in stores))
    if options.dry_run:
        sys.stdout.write(f"{warning}{number_of(len(stores), 'store')} would be purged.\n")
        return 0
    sys.stdout.flush()
    confirm(
        f"{warning}Delete what is kept of {number_of(len(stores), 'store')}, for good?", options
    )
    outcomes: list[tuple[Store, str]] = []
    try:
        each(partial(purge_store, stack), stores, "Purging", outcomes)
    finally:
        _show(Counter(outcome for _, outcome in outcomes))
    return 1 if {outcome for _, outcome in outcomes} - {PURGED} else 0


def _warning(installed: int) -> str:
    loses = "it loses" if installed == 1 else "each loses"
    on = f"The app is installed on {number_of(installed, 'store')}: {loses} its access token. "
    return on if installed else ""


def _show(outcomes: Mapping[str, int]) -> None:
    """Print how many were purged, and how many stayed, by why."""
    sys.stdout.write(f"{number_of(outcomes.get(PURGED, 0), 'store')} purged.\n")
    for outcome, count in outcomes.items():
        if outcome != PURGED:
            stay = "stays" if count == 1 else "stay"
            sys.stdout.write(f"{outcome}: {number_of(count, 'record')} {stay}.\n")


def _chosen(stack: Stack, options: argparse.Namespace) -> Sequence[Store]:
    if options.store_hash is not None:
        if options.dead:
            raise CommandError("Say which STORE, or --dead; not both.")
        return [chosen_store(stack, options)]
    stores = chosen_stores(stack, [options.app] if options.app else [])
    chosen = [
        store
        for store in stores
        if (store.verdict in DEAD if options.dead else not store.is_current)
    ]
    refuse_older_outputs(stack, {store.organization_id for store in chosen})
    return chosen


def purge_store(stack: Stack, store: Store) -> str:
    """Delete a store's items, all or none, if its record is as it was listed; what became of it.

    Raises:
        ClientError, BotoCoreError: DynamoDB refused, or could not be reached.
    """
    deletes: list[Any] = []
    for sort_key in SORT_KEYS:
        key = installation_item.key(store.organization_id, store.store_hash, sort_key)
        delete = {"TableName": stack.table_name, "Key": key}
        condition = _as_listed(store.record) if sort_key == installation_item.SORT_KEY else {}
        deletes.append({"Delete": delete | condition})
    for pause in PAUSES:
        time.sleep(pause)
        try:
            stack.dynamodb.transact_write_items(TransactItems=deletes)
        except ClientError as error:
            reasons: Any = error.response.get("CancellationReasons", ())
            codes = {reason.get("Code") for reason in reasons}
            if "ConditionalCheckFailed" in codes:
                return WRITTEN_ANEW
            if not codes & PASSING:
                raise
        else:
            return PURGED
    return BUSY


def _as_listed(record: Mapping[str, Any]) -> dict[str, Any]:
    """The condition that a record is still the one that was listed, or still is not there."""
    values = {f":{name}": record[name] for name in WRITTEN if name in record}
    condition = {
        "ConditionExpression": " AND ".join(
            f"#{name} = :{name}" if name in record else f"attribute_not_exists(#{name})"
            for name in WRITTEN
        ),
        "ExpressionAttributeNames": {f"#{name}": name for name in WRITTEN},
    }
    given = {"ExpressionAttributeValues": values_to_json(values)}
    return condition | given if values else condition


def _row(store: Store) -> Sequence[str]:
    users = "-" if store.user_count is None else str(store.user_count)
    return store.organization_id, store.store_hash, store.state, users
