"""`list`: the stores of the stack's apps."""

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ops.stores.connections import with_connections
from ops.stores.last_opened import last_opened
from ops.stores.stack import Stack
from ops.stores.store import Store
from ops.stores.store_arguments import add_apps, chosen_stores
from ops.stores.text import in_columns, number_of

FIELDS = (
    "app",
    "organizationId",
    "storeHash",
    "state",
    "domain",
    "installedAt",
    "missingScopes",
    "extraScopes",
    "users",
    "lastOpened",
)
# Of the stores of an app with Rutter.
RUTTER_FIELDS = ("rutter", "rutterReason")
MOST_DAYS = 3653  # the longest that CloudWatch keeps a log


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which stores, and what to list them as."""
    add_apps(parser)
    parser.add_argument(
        "--all", action="store_true", help="stores that uninstalled the app too, while known"
    )
    parser.add_argument(
        "--opened",
        type=_days,
        metavar="DAYS",
        help="also when each was last opened, within so many days: asks the load function's log, "
        "for 0.005 USD a GB",
    )
    formats = parser.add_mutually_exclusive_group()
    formats.add_argument("--json", action="store_true", help="as JSON, an object a line")
    formats.add_argument("--csv", action="store_true", help="as CSV, with a heading")


def run(stack: Stack, options: argparse.Namespace) -> int:
    """List the stores that installed the stack's apps.

    Of each: the app, since when it is installed, the scopes that are missing or extra compared with
    the configuration, how many users may open it, its domain once it was verified, and the state of
    its connection at Rutter, if the app has Rutter: `active` means that data is syncing.
    Neither tokens nor e-mail addresses are read.
    """
    stores = chosen_stores(stack, options.app)
    shown = with_connections(
        stack,
        [store for store in stores if store.is_installed or (options.all and store.record)],
    )
    if options.opened is not None:
        opened = last_opened(stack, options.opened)
        shown = [
            replace(store, last_opened=opened.get((store.organization_id, store.store_hash)))
            for store in shown
        ]
    if options.json:
        _print_json(shown)
    elif options.csv:
        _print_csv(shown)
    else:
        if shown:
            rutter = [RUTTER] if any(map(_has_rutter, shown)) else []
            opened_at = [LAST_OPENED] if options.opened is not None else []
            _print_table(shown, [*COLUMNS, *rutter, *opened_at])
        else:
            _say_that_there_is_none(stores, options.app)
        _say_what_can_be_purged(stack, stores)
    return 0


def fields(store: Store) -> dict[str, Any]:
    """What is listed of a store, as JSON values."""
    rutter = dict(
        zip(RUTTER_FIELDS, (store.connection_state, store.connection_reason), strict=True)
    )
    return {
        "app": store.app.name if store.app else None,
        "organizationId": store.organization_id,
        "storeHash": store.store_hash,
        "state": store.state,
        "domain": store.domain,
        "installedAt": store.installed_at.isoformat() if store.installed_at else None,
        "missingScopes": store.missing_scopes,
        "extraScopes": store.extra_scopes,
        "users": store.user_count,
        "lastOpened": store.last_opened.isoformat() if store.last_opened else None,
        **(rutter if _has_rutter(store) else {}),
    }


def _print_json(stores: Iterable[Store]) -> None:
    for store in stores:
        sys.stdout.write(json.dumps(fields(store)) + "\n")


def _print_csv(stores: Sequence[Store]) -> None:
    names = (*FIELDS, *(RUTTER_FIELDS if any(map(_has_rutter, stores)) else ()))
    writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
    writer.writeheader()
    for row in map(fields, stores):
        lists = {name: " ".join(value) for name, value in row.items() if isinstance(value, list)}
        writer.writerow(row | lists)


def _print_table(stores: Iterable[Store], columns: "Sequence[Column]") -> None:
    rows = ([cell(store) or "-" for _, cell in columns] for store in stores)
    for line in in_columns([[heading for heading, _ in columns], *rows]):
        sys.stdout.write(f"{line}\n")


def _say_that_there_is_none(stores: Sequence[Store], organization_ids: Sequence[str]) -> None:
    which = " or ".join(organization_ids) or "an app of the stack"
    it = "it" if len(organization_ids) == 1 else "one"
    others = f"and none is known to have uninstalled {it}"
    if any(store.record for store in stores):
        others = f"but some have uninstalled {it}: --all lists them"
    sys.stdout.write(f"No store has {which} installed, {others}.\n")


def _say_what_can_be_purged(stack: Stack, stores: Sequence[Store]) -> None:
    stale = sum(not store.is_current for store in stores)
    if stale:
        sys.stdout.flush()
        sys.stderr.write(
            f"{number_of(stale, 'record')} of apps that the stack no longer has, or has anew: "
            f"{stack.commands.preview_purge}\n"
        )


def _has_rutter(store: Store) -> bool:
    return store.app is not None and store.app.rutter


def _rutter(store: Store) -> str | None:
    state, reason = store.connection_state, store.connection_reason
    return f"{state}: {reason}" if reason else state


def _scopes(store: Store) -> str:
    if not store.is_installed or store.app is None:
        return ""
    missing = [f"-{scope}" for scope in store.missing_scopes]
    extra = [f"+{scope}" for scope in store.extra_scopes]
    return " ".join([*missing, *extra]) or "as configured"


def _day(time: date | None) -> str:
    return f"{time:%Y-%m-%d}" if time else ""


def _days(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{text} is no number of days: 1 to {MOST_DAYS}")
    return int(text)


Column = tuple[str, Callable[[Store], str | None]]

COLUMNS: Sequence[Column] = (
    ("App", lambda store: store.app.name if store.app else None),
    ("Organization ID", lambda store: store.organization_id),
    ("Store", lambda store: store.store_hash),
    ("Domain", lambda store: store.domain),
    ("State", lambda store: store.state),
    ("Installed", lambda store: _day(store.installed_at)),
    ("Scopes", _scopes),
    ("Users", lambda store: None if store.user_count is None else str(store.user_count)),
)
RUTTER: Column = ("Rutter", _rutter)
LAST_OPENED: Column = ("Last opened", lambda store: _day(store.last_opened))
