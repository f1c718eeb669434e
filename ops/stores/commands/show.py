"""`show`: everything about one store but its token."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ops.options import SELECTED, Json, Target
from ops.stores.connections import with_connections
from ops.stores.output import print_json, print_table
from ops.stores.selection import OneApp, StoreHash, chosen_store
from ops.stores.stack import opened
from ops.stores.store import VERIFICATION, Store


def run(
    store_hash: StoreHash,
    /,
    *,
    target: Target = SELECTED,
    app: OneApp = None,
    json: Json = False,
) -> int:
    """Show everything about one store, except its access token.

    This includes the users' email addresses. --json prints the store's items as
    the table has them.
    """
    with opened(target) as stack:
        (store,) = with_connections(stack, [chosen_store(stack, store_hash, app)])
    if json:
        print_json(without_token(store))
    else:
        print_table(("", ""), _rows(store), overflow="fold")
    return 0


def without_token(store: Store) -> dict[str, Any]:
    """Return its items' attributes by sort key, without its token and its connection's."""
    return {
        sort_key: {name: value for name, value in item.items() if not name.endswith("access_token")}
        for sort_key, item in store.items.items()
    }


def _rows(store: Store) -> Iterator[tuple[str, str | None]]:
    record, compared = store.record, store.scopes
    yield "App", store.app_label
    yield "Store", store.store_hash
    yield "Control panel", f"https://store-{store.store_hash}.mybigcommerce.com/manage"
    yield "Domain", store.domain
    yield "State", store.state
    for label, name in (("Installed", "installed_at"), ("Uninstalled", "uninstalled_at")):
        if name in record:
            yield label, _time(record[name])
    if verified := store.items.get(VERIFICATION):
        yield "Verified", f"{_time(verified['verified_at'])} ({verified['verdict']})"
    if store.connection_state:
        yield "Rutter", f"{store.connection_state} {store.connection_reason or ''}"
    yield "Client ID", record.get("client_id")
    notes = dict.fromkeys(compared.missing, " (configured, not granted)")
    notes |= dict.fromkeys(compared.extra, " (granted, not configured)")
    for scope in sorted({*record.get("scopes", ()), *notes}):
        yield "Scope", f"{scope}{notes.get(scope, '')}"
    for id_, user in record.get("users", {}).items():
        owner = ", the owner" if id_ == record["owner_id"] else ""
        email = user.get("email", "no known address")
        yield "User", f"{id_}, {email}, since {_time(user['added_at'])}{owner}"
    for id_, at in record.get("removed_users", {}).items():
        yield "Removed user", f"{id_}, at {_time(at)}"


def _time(seconds: Any) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat(sep=" ")
