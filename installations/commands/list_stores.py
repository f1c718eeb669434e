"""`list`: the stores of the stack's apps."""

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from installations.stack import Stack
from installations.stores import Store, add_apps, listed
from installations.text import in_columns
from registration.choice import chosen_apps

HEADINGS = ("App", "Organization ID", "Store", "Domain", "State", "Installed", "Scopes", "Users")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which stores, and what to list them as."""
    add_apps(parser)
    parser.add_argument(
        "--all", action="store_true", help="stores that uninstalled the app too, while known"
    )
    formats = parser.add_mutually_exclusive_group()
    formats.add_argument("--json", action="store_true", help="as JSON, an object a line")
    formats.add_argument("--csv", action="store_true", help="as CSV, with a heading")


def run(stack: Stack, options: argparse.Namespace) -> int:
    """List the stores that installed the stack's apps.

    Of each: the app, since when it is installed, the scopes that are missing or extra compared with
    the configuration, and how many users may open it. Neither tokens nor e-mail addresses are read.
    """
    stores = listed(stack, options.app)
    for id_ in options.app:
        if not any(store.organization_id == id_ for store in stores):
            chosen_apps(stack.registration, [id_])
    shown = [store for store in stores if store.is_installed or (options.all and store.record)]
    if options.json:
        _print_json(shown)
    elif options.csv:
        _print_csv(shown)
    else:
        _print_table(shown)
        _say_what_can_be_purged(stack, stores)
    return 0


def fields(store: Store) -> dict[str, Any]:
    """What is listed of a store, as JSON values."""
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
    }


def _print_json(stores: Iterable[Store]) -> None:
    for store in stores:
        sys.stdout.write(json.dumps(fields(store)) + "\n")


def _print_csv(stores: Sequence[Store]) -> None:
    rows = [
        {name: " ".join(value) if isinstance(value, list) else value for name, value in row.items()}
        for row in map(fields, stores)
    ]
    writer = csv.DictWriter(sys.stdout, rows[0] if rows else (), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _print_table(stores: Sequence[Store]) -> None:
    for line in in_columns([HEADINGS, *map(_row, stores)]):
        sys.stdout.write(f"{line}\n")


def _say_what_can_be_purged(stack: Stack, stores: Sequence[Store]) -> None:
    stale = sum(not store.is_current for store in stores)
    if stale:
        sys.stdout.flush()
        sys.stderr.write(
            f"{stale:,} records are of apps that the stack no longer has, or has anew: "
            f"python -m installations purge --dry-run --stack {stack.name}\n"
        )


def _row(store: Store) -> Sequence[str]:
    return (
        store.app.name if store.app else "-",
        store.organization_id,
        store.store_hash,
        store.domain or "-",
        store.state,
        store.installed_at.date().isoformat() if store.installed_at else "-",
        _scopes(store),
        "-" if store.user_count is None else str(store.user_count),
    )


def _scopes(store: Store) -> str:
    if not store.is_installed or store.app is None:
        return "-"
    missing = [f"-{scope}" for scope in store.missing_scopes]
    extra = [f"+{scope}" for scope in store.extra_scopes]
    return " ".join([*missing, *extra]) or "as configured"
