"""`show`: everything about one store but its token."""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ops.stores.commands.list_stores import fields
from ops.stores.connections import with_connections
from ops.stores.stack import Stack
from ops.stores.store import VERIFICATION, Store
from ops.stores.store_arguments import add_store, chosen_store
from ops.stores.text import in_columns


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which store."""
    add_store(parser)
    parser.add_argument("--json", action="store_true", help="as JSON: its items as they are")


def run(stack: Stack, options: argparse.Namespace) -> int:
    """Show everything that is kept of one store, but not its access token.

    The users' e-mail addresses are shown too.
    """
    (store,) = with_connections(stack, [chosen_store(stack, options)])
    if options.json:
        sys.stdout.write(json.dumps(without_token(store), indent=2) + "\n")
        return 0
    for line in in_columns(_rows(store)):
        sys.stdout.write(f"{line}\n")
    return 0


def without_token(store: Store) -> dict[str, Any]:
    """The attributes of its items by sort key, but for its token and that of its connection."""
    return {
        sort_key: {name: value for name, value in item.items() if not name.endswith("access_token")}
        for sort_key, item in store.items.items()
    }


def _rows(store: Store) -> Iterator[tuple[str, str]]:
    listed, record = fields(store), store.record
    yield "App", f"{listed['app'] or '-'} ({store.organization_id})"
    yield "Store", store.store_hash
    yield "Control panel", f"https://store-{store.store_hash}.mybigcommerce.com/manage"
    yield "Domain", store.domain or "-"
    yield "State", store.state
    for label, name in (("Installed", "installed_at"), ("Uninstalled", "uninstalled_at")):
        if name in record:
            yield label, _time(record[name])
    if verified := store.items.get(VERIFICATION):
        yield "Verified", f"{_time(verified['verified_at'])} ({verified['verdict']})"
    if store.connection_state:
        yield "Rutter", f"{store.connection_state} {store.connection_reason or ''}".strip()
    yield "Client ID", record.get("client_id", "-")
    for scope in sorted([*record.get("scopes", ()), *store.missing_scopes]):
        yield "Scope", f"{scope}{_difference(store, scope)}"
    for id_, user in record.get("users", {}).items():
        owner = ", the owner" if id_ == record["owner_id"] else ""
        email = user.get("email", "no address known")
        yield "User", f"{id_}  {email}  since {_time(user['added_at'])}{owner}"
    for id_, at in record.get("removed_users", {}).items():
        yield "Removed user", f"{id_}  at {_time(at)}"


def _difference(store: Store, scope: str) -> str:
    if scope in store.missing_scopes:
        return "  configured, not granted"
    return "  granted, not configured" if scope in store.extra_scopes else ""


def _time(seconds: Any) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat(sep=" ")
