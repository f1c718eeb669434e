"""The arguments by which commands choose stores."""

import argparse
import re
from collections.abc import Collection, Mapping
from typing import Any

from lambdas.records import installation_item
from ops.choice import chosen_apps
from ops.errors import CommandError
from ops.stores.stack import Stack
from ops.stores.store import SORT_KEYS, Store
from ops.stores.store_table import listed, whole_items

_STORE_HELP = "the store's hash, as list shows it"
_STORE_HASH = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)


def add_apps(parser: argparse.ArgumentParser) -> None:
    """Add the option that names apps: also those that the stack no longer has."""
    parser.add_argument(
        "--app",
        action="append",
        default=[],
        metavar="ORGANIZATION_ID",
        help="only the stores of this app, also of one that the stack no longer has; may be given "
        "several times",
    )


def chosen_stores(stack: Stack, organization_ids: Collection[str]) -> list[Store]:
    """The stores of these apps, also of apps that the stack no longer has; of every app without.

    Raises:
        CommandError: an app is neither the stack's, nor has it any store.
        ClientError, BotoCoreError: a DynamoDB call failed.
    """
    stores = listed(stack, organization_ids)
    found = {store.organization_id for store in stores}
    chosen_apps(stack.outputs, [id_ for id_ in organization_ids if id_ not in found])
    return stores


def add_store(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name one store."""
    parser.add_argument("store_hash", metavar="STORE", help=_STORE_HELP)
    parser.add_argument(
        "--app", metavar="ORGANIZATION_ID", help="of which app, where it has several of the stack"
    )


def add_store_or_app(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name one store, or without it an app."""
    parser.add_argument("store_hash", metavar="STORE", nargs="?", help=_STORE_HELP)
    parser.add_argument(
        "--app",
        metavar="ORGANIZATION_ID",
        help="of which app, where STORE has several of the stack; without STORE, only its stores",
    )


def chosen_store(stack: Stack, options: argparse.Namespace) -> Store:
    """The one store that the options name, with its whole items, token and all.

    Raises:
        CommandError: there is none, or several apps have it.
        ClientError, BotoCoreError: a DynamoDB call failed.
    """
    store_hash, organization_id = options.store_hash, options.app
    if not _STORE_HASH.fullmatch(store_hash):
        raise CommandError(f"{store_hash!r} is no store hash: letters and digits, as list shows it")
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for attributes in whole_items(
        stack,
        [
            installation_item.key(id_, store_hash, sort_key)
            for id_ in ([organization_id] if organization_id else stack.apps)
            for sort_key in SORT_KEYS
        ],
    ):
        id_, _ = installation_item.parts_of_key(attributes["pk"])
        found.setdefault(id_, {})[attributes["sk"]] = attributes
    if not found:
        raise CommandError(
            f"Store {store_hash} has no record of {organization_id or 'an app of the stack'}. "
            f"Every store: {stack.commands.list_every_store}"
        )
    if len(found) > 1:
        raise CommandError(
            f"Store {store_hash} has several apps. Say which: --app {' or --app '.join(found)}"
        )
    ((id_, items),) = found.items()
    return Store(id_, store_hash, stack.apps.get(id_), items)
