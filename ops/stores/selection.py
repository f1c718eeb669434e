"""Select the stores that a command works on."""

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any

from cyclopts import Parameter

from lambdas.records import installation_item
from ops.errors import CommandError
from ops.options import chosen_apps
from ops.stores.stack import Stack
from ops.stores.store import SORT_KEYS, Store
from ops.stores.store_table import listed, whole_items

StoreHash = Annotated[str, Parameter(name="STORE", help="The store's hash, as list shows it.")]
OneApp = Annotated[
    str | None,
    Parameter(name="--app", help="Only this app, by its organization ID."),
]
AnyApps = Annotated[
    tuple[str, ...],
    Parameter(
        name="--app",
        help="Only this app, by its organization ID; the stack may no longer have it. You can "
        "repeat the option.",
    ),
]

_STORE_HASH = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)


def chosen_stores(stack: Stack, organization_ids: Collection[str]) -> list[Store]:
    """Return the stores of these apps, or of all apps; CommandError for an unknown app."""
    stores = listed(stack, organization_ids)
    found = {store.organization_id for store in stores}
    chosen_apps(stack.outputs, [id_ for id_ in organization_ids if id_ not in found])
    return stores


def chosen_store(stack: Stack, store_hash: str, organization_id: str | None) -> Store:
    """Return one store with its whole items, including the token; CommandError if it is unclear."""
    if not _STORE_HASH.fullmatch(store_hash):
        raise CommandError(
            f"{store_hash!r} is not a store hash. It has letters and digits, as list shows it."
        )
    keys = [
        installation_item.key(id_, store_hash, sort_key)
        for id_ in ([organization_id] if organization_id else stack.apps)
        for sort_key in SORT_KEYS
    ]
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for item in whole_items(stack, keys):
        id_, _ = installation_item.parts_of_key(item["pk"])
        found.setdefault(id_, {})[item["sk"]] = item
    if not found:
        raise CommandError(
            f"Store {store_hash} has no record for {organization_id or 'an app of the stack'}. "
            f"To list every store: {stack.commands.list_every_store}"
        )
    if len(found) > 1:
        raise CommandError(
            f"Store {store_hash} has several apps. Choose one: --app {' or --app '.join(found)}"
        )
    ((id_, items),) = found.items()
    return Store(id_, store_hash, stack.apps.get(id_), items)
