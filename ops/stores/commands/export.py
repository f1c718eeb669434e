"""`export`: the records, without what is secret."""

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from lambdas.records import installation_item
from ops.stores.progress import Counted
from ops.stores.stack import Stack
from ops.stores.store_arguments import add_apps, chosen_stores
from ops.stores.store_table import whole_items

EXPORTED = (
    "organization_id",
    "store_hash",
    "status",
    "client_id",
    "installed_at",
    "granted_at_ms",
    "scopes",
    "account_uuid",
    "owner_id",
    "users",
    "removed_users",
    "uninstalled_at",
    "arrived_at",
    "expires_at",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which records."""
    parser.add_argument(
        "--without-tokens",
        action="store_true",
        required=True,
        help="to be said, since there is no other way: an export is no backup of the tokens",
    )
    add_apps(parser)


def run(stack: Stack, options: argparse.Namespace) -> int:
    """Write the records as JSON, one a line, without tokens and e-mail addresses.

    Attributes are named as in the table; times are epoch seconds. Tokens are not read.
    """
    stores = chosen_stores(stack, options.app)
    keys = [installation_item.key(store.organization_id, store.store_hash) for store in stores]
    with Counted("Exporting") as counted:
        for count, record in enumerate(whole_items(stack, keys, *EXPORTED), start=1):
            sys.stdout.write(json.dumps(_exported(record), default=int) + "\n")
            counted.now(count, len(keys))
    return 0


def _exported(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record in the order of EXPORTED, its users without their addresses."""
    exported = {name: record[name] for name in EXPORTED if name in record}
    if "users" in exported:
        exported["users"] = {
            id_: {"added_at": user["added_at"]} for id_, user in exported["users"].items()
        }
    return exported
