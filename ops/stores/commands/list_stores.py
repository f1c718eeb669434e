"""`list`: the stores of the stack's apps."""

import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from ops.options import SELECTED, Json, Target
from ops.stores.connections import with_connections
from ops.stores.older_outputs import warn_of_older_outputs
from ops.stores.output import number_of, print_json, print_stores
from ops.stores.selection import AnyApps, chosen_stores
from ops.stores.stack import Stack, opened
from ops.stores.store import Store

Column = tuple[str, Callable[[Store], str | None]]


def run(
    *,
    target: Target = SELECTED,
    apps: AnyApps = (),
    all_: Annotated[bool, Parameter(name="--all")] = False,
    json: Json = False,
) -> int:
    """List the stores that installed the stack's apps.

    The domain is known once the store was verified. A scope with - is configured
    but not granted; one with + is granted but not configured. The state `active`
    of a connection at Rutter means that data is syncing.

    The terminal truncates long words; --json prints them in full. The command
    reads no tokens and no email addresses.

    Args:
        all_: Also list stores that uninstalled the app, while their records last.
    """
    with opened(target) as stack:
        stores = chosen_stores(stack, apps)
        is_older = warn_of_older_outputs(stack, {store.organization_id for store in stores})
        shown = with_connections(
            stack, [store for store in stores if store.is_installed or (all_ and store.record)]
        )
    if json:
        print_json([fields(store) for store in shown])
    else:
        if shown:
            columns = _columns(shown)
            rows = [(store, [cell(store) for _, cell in columns]) for store in shown]
            print_stores(stack, [heading for heading, _ in columns], rows)
        else:
            _print_none(stores, apps)
        if not is_older:
            _suggest_purge(stack, stores)
    return 0


def fields(store: Store) -> dict[str, Any]:
    """Return what is known about a listed store, as JSON values."""
    listed: dict[str, Any] = {
        "app": store.app.name if store.app else None,
        "organizationId": store.organization_id,
        "storeHash": store.store_hash,
        "state": store.state,
        "domain": store.domain,
        "clientId": store.record.get("client_id"),
        "installedAt": _iso(store, "installed_at"),
        "uninstalledAt": _iso(store, "uninstalled_at"),
        "scopes": sorted(store.granted),
        "missingScopes": store.scopes.missing,
        "extraScopes": store.scopes.extra,
        "users": store.user_count,
    }
    if _has_rutter(store):
        listed |= {"rutter": store.connection_state, "rutterReason": store.connection_reason}
    return listed


def _columns(stores: Sequence[Store]) -> Sequence[Column]:
    columns: list[Column] = [
        ("Domain", lambda store: store.domain),
        ("State", lambda store: store.state),
        ("Installed", lambda store: (_iso(store, "installed_at") or "")[:10]),
        ("Scopes", _scopes),
    ]
    if any(map(_has_rutter, stores)):
        columns.append(("Rutter", _rutter))
    return columns


def _print_none(stores: Sequence[Store], organization_ids: Sequence[str]) -> None:
    which = " or ".join(organization_ids) or "an app of the stack"
    uninstalled = any(store.record for store in stores)
    more = " To list stores that uninstalled it, add --all." if uninstalled else ""
    sys.stdout.write(f"No store has {which} installed.{more}\n")


def _suggest_purge(stack: Stack, stores: Sequence[Store]) -> None:
    stale = sum(not store.is_current for store in stores)
    if stale:
        sys.stdout.flush()
        sys.stderr.write(
            f"{number_of(stale, 'record')} of removed apps or earlier registrations. To preview a "
            f"purge: {stack.commands.preview_purge}\n"
        )


def _has_rutter(store: Store) -> bool:
    return store.app is not None and store.app.rutter


def _rutter(store: Store) -> str | None:
    state, reason = store.connection_state, store.connection_reason
    return f"{state}: {reason}" if reason else state


def _scopes(store: Store) -> str | None:
    if not store.is_installed or store.app is None:
        return None
    missing = [f"-{scope}" for scope in store.scopes.missing]
    return " ".join([*missing, *(f"+{scope}" for scope in store.scopes.extra)]) or "match"


def _iso(store: Store, name: str) -> str | None:
    time = store.time(name)
    return time.isoformat() if time else None
