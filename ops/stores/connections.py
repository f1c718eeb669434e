"""Read the stores' connections at Rutter."""

from collections.abc import Sequence
from dataclasses import replace

from lambdas.records import installation_item
from ops.stores.stack import Stack
from ops.stores.store import CONNECTION, Store
from ops.stores.store_table import whole_items

# The state of a connection whose data is syncing.
ACTIVE = "active"
# What is read of a connection: neither its token nor its key.
_ATTRIBUTES = ("pk", "connection_state", "connection_reason", "connection_id")


def with_connections(stack: Stack, stores: Sequence[Store]) -> list[Store]:
    """Return these stores with their connections, without the connections' tokens."""
    keys = [
        installation_item.key(*store.key, CONNECTION)
        for store in stores
        if store.app is not None and store.app.rutter
    ]
    found = {
        installation_item.parts_of_key(item["pk"]): {CONNECTION: item}
        for item in whole_items(stack, keys, *_ATTRIBUTES)
    }
    return [replace(each, items={**each.items, **found.get(each.key, {})}) for each in stores]
