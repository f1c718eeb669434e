"""`purge`: delete records that are no longer needed."""

import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from lambdas.records import installation_item
from lambdas.records.dynamodb_json import values_to_json
from ops.errors import CommandError
from ops.options import SELECTED, Json, Target
from ops.stores.bigcommerce_api import DEAD
from ops.stores.confirmation import Yes, confirm
from ops.stores.older_outputs import refuse_older_outputs
from ops.stores.output import number_of, print_outcomes, print_stores
from ops.stores.parallel_map import parallel_map
from ops.stores.selection import OneApp, StoreHash, chosen_store, chosen_stores
from ops.stores.stack import Stack, opened
from ops.stores.store import SORT_KEYS, VERIFICATION, Store

# The attributes that every install and uninstall changes; the index has them.
WRITTEN = ("status", "client_id", "granted_at_ms", "uninstalled_at")
# What happened to a store.
PURGED, WOULD_PURGE = "purged", "would be purged"
CHANGED, BUSY = "changed meanwhile", "DynamoDB is busy, try again"
OUTDATED = "verified more than an hour ago, run verify --mark again"
# A store that BigCommerce closed or that refused a token may work again later.
VERDICT_SECONDS = 3600
# Why DynamoDB cancels a transaction that may succeed later, and the seconds before each try.
TRANSIENT = {"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"}
FAILED_CONDITION = "ConditionalCheckFailed"
PAUSES = (0, 0.2, 1, 3)


def run(
    store_hash: StoreHash | None = None,
    /,
    *,
    target: Target = SELECTED,
    app: OneApp = None,
    dead: bool = False,
    dry_run: bool = False,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Delete the records of removed apps, of dead stores, or of one store.

    Without STORE and --dead, the command purges removed apps and earlier
    registrations of apps. It shows what it would delete, and deletes it after you
    confirm. A record that changes meanwhile stays. Connections stay at Rutter, but
    the stack forgets them.

    Exit status: 0 if everything is deleted, 1 if a record stayed, 2 if AWS refused.

    Args:
        dead: Stores that `verify --mark` found refused, closed or undecryptable in the last hour.
        dry_run: Only show what would be deleted.
    """
    if store_hash is not None and dead:
        raise CommandError("Name one STORE, or add --dead; not both.")
    report = sys.stderr if json else sys.stdout
    with opened(target) as stack:
        if store_hash is not None:
            stores: Sequence[Store] = [chosen_store(stack, store_hash, app)]
        else:
            stores = _purgeable(stack, app, dead=dead)
        print_stores(stack, ("State", "Users"), [(each, _cells(each)) for each in stores], report)
        count = number_of(len(stores), "store")
        warning = _warning(sum(store.is_installed for store in stores))
        done: list[tuple[Store, str]] = []
        if dry_run or not stores:
            done = [(store, WOULD_PURGE) for store in stores]
            outcome = f"{warning}{count} {WOULD_PURGE}." if stores else "There is nothing to purge."
            report.write(f"{outcome}\n")
            if json:
                _print_json(done)
            return 0
        report.flush()
        confirm(f"{warning}Permanently delete the records of {count}?", yes=yes)
        try:
            parallel_map(partial(purge_store, stack, dead=dead), stores, "Purging", done)
        finally:
            (_print_json if json else _print_outcomes)(done)
    return 1 if {outcome for _, outcome in done} - {PURGED} else 0


def _purgeable(stack: Stack, organization_id: str | None, *, dead: bool) -> Sequence[Store]:
    stores = [
        store
        for store in chosen_stores(stack, [organization_id] if organization_id else [])
        if (store.verdict in DEAD if dead else not store.is_current)
    ]
    refuse_older_outputs(stack, {store.organization_id for store in stores})
    return stores


def _cells(store: Store) -> Sequence[str | None]:
    return store.state, None if store.user_count is None else str(store.user_count)


def _warning(installed: int) -> str:
    if not installed:
        return ""
    loses = "it loses" if installed == 1 else "each loses"
    return f"The app is installed on {number_of(installed, 'store')}: {loses} its access token. "


def _print_json(done: Sequence[tuple[Store, str]]) -> None:
    print_outcomes((store.key, outcome) for store, outcome in done)


def _print_outcomes(done: Sequence[tuple[Store, str]]) -> None:
    counts = Counter(outcome for _, outcome in done)
    sys.stdout.write(f"{number_of(counts.pop(PURGED, 0), 'store')} purged.\n")
    for outcome, count in counts.items():
        sys.stdout.write(f"{number_of(count, 'store')} not purged: {outcome}.\n")


def purge_store(stack: Stack, store: Store, *, dead: bool = False) -> str:
    """Delete a store's items, all or none, if its record did not change; return what happened.

    `dead` is whether it must have been verified within the last hour.
    """
    conditions = {installation_item.SORT_KEY: _unchanged(store.record)}
    if dead:
        conditions[VERIFICATION] = _verified_since(int(time.time()) - VERDICT_SECONDS)
    deletes: list[Any] = [
        {
            "Delete": {
                "TableName": stack.table_name,
                "Key": installation_item.key(*store.key, sort_key),
                **conditions.get(sort_key, {}),
            }
        }
        for sort_key in SORT_KEYS
    ]
    for pause in PAUSES:
        time.sleep(pause)
        try:
            stack.dynamodb.transact_write_items(TransactItems=deletes)
        except ClientError as error:
            reasons: Any = error.response.get("CancellationReasons", ())
            codes = [reason.get("Code") for reason in reasons]
            if FAILED_CONDITION in codes:
                failed = SORT_KEYS[codes.index(FAILED_CONDITION)]
                return OUTDATED if dead and failed == VERIFICATION else CHANGED
            if not set(codes) & TRANSIENT:
                raise
        else:
            return PURGED
    return BUSY


def _verified_since(seconds: int) -> dict[str, Any]:
    return {
        "ConditionExpression": "verified_at >= :since",
        "ExpressionAttributeValues": values_to_json({":since": seconds}),
    }


def _unchanged(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the condition that a record is as it was listed, or still does not exist."""
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
