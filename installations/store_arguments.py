"""The arguments by which commands choose stores."""

import argparse
import re
from collections.abc import Mapping
from typing import Any

from lambdas.callbacks import installation_item
from lambdas.rutter.tasks import parts_of_key
from registration.errors import CommandError

from .stack import Stack
from .store import CONNECTION, VERIFICATION, Store
from .store_table import whole_items

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


def add_store(parser: argparse.ArgumentParser, nargs: str | None = None) -> None:
    """Add the arguments that name one store; `nargs` is argparse's."""
    parser.add_argument(
        "store_hash", metavar="STORE", nargs=nargs, help="the store's hash, as list shows it"
    )
    parser.add_argument(
        "--app", metavar="ORGANIZATION_ID", help="of which app, where it has several of the stack"
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
            for sort_key in (installation_item.SORT_KEY, VERIFICATION, CONNECTION)
        ],
    ):
        id_, _ = parts_of_key(attributes["pk"])
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
