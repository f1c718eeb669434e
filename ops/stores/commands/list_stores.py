"""`list`: the stores of the stack's apps."""

import csv
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from ops.options import SELECTED, Json, Target, one_of
from ops.stores.connections import with_connections
from ops.stores.last_opened import last_opened
from ops.stores.output import number_of, print_json, print_stores
from ops.stores.selection import AnyApps, chosen_stores
from ops.stores.stack import Stack, opened
from ops.stores.store import Store

MOST_DAYS = 3653  # the longest that CloudWatch keeps a log

_FORMAT = one_of("Format")

Column = tuple[str, Callable[[Store], str | None]]


def run(
    *,
    target: Target = SELECTED,
    apps: AnyApps = (),
    all_: Annotated[bool, Parameter(name="--all")] = False,
    opened_days: Annotated[
        int | None, Parameter(name="--opened", validator=Number(gte=1, lte=MOST_DAYS))
    ] = None,
    json: Annotated[Json, Parameter(group=_FORMAT)] = False,
    csv_: Annotated[bool, Parameter(name="--csv", group=_FORMAT)] = False,
) -> int:
    """List the stores that installed the stack's apps.

    For each store: when it installed the app, scopes that are missing (-) or
    extra (+) compared with the configuration, how many users may open the app,
    its domain once it was verified, and the state of its connection if the app
    has Rutter: `active` means that data is syncing.

    The command reads no tokens and no e-mail addresses.

    Args:
        all_: Also list stores that uninstalled the app, while their records last.
        opened_days: Also show the day a store last opened the app, within this many days. It
            queries the load function's log, for 0.005 USD a GB.
        csv_: Print CSV.
    """
    with opened(target) as stack:
        stores = chosen_stores(stack, apps)
        shown = with_connections(
            stack, [store for store in stores if store.is_installed or (all_ and store.record)]
        )
        if opened_days is not None:
            days = last_opened(stack, opened_days)
            shown = [replace(store, last_opened=days.get(store.key)) for store in shown]
    if json:
        print_json([fields(store) for store in shown])
    elif csv_:
        _print_csv(shown)
    else:
        if shown:
            columns = _columns(shown, last_opened=opened_days is not None)
            rows = [(store, [cell(store) for _, cell in columns]) for store in shown]
            print_stores(stack, [heading for heading, _ in columns], rows)
        else:
            _print_none(stores, apps)
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
        "installedAt": _iso(store.installed_at),
        "uninstalledAt": _iso(store.uninstalled_at),
        "scopes": sorted(store.granted),
        "missingScopes": store.missing_scopes,
        "extraScopes": store.extra_scopes,
        "users": store.user_count,
        "lastOpened": _iso(store.last_opened),
    }
    if _has_rutter(store):
        listed |= {"rutter": store.connection_state, "rutterReason": store.connection_reason}
    return listed


def _print_csv(stores: Sequence[Store]) -> None:
    rows = [fields(store) for store in stores]
    names = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        lists = {name: " ".join(value) for name, value in row.items() if isinstance(value, list)}
        writer.writerow(row | lists)


def _columns(stores: Sequence[Store], *, last_opened: bool) -> Sequence[Column]:
    columns: list[Column] = [
        ("Domain", lambda store: store.domain),
        ("State", lambda store: store.state),
        ("Installed", lambda store: _day(store.installed_at)),
        ("Scopes", _scopes),
        ("Users", lambda store: None if store.user_count is None else str(store.user_count)),
    ]
    if any(map(_has_rutter, stores)):
        columns.append(("Rutter", _rutter))
    if last_opened:
        columns.append(("Last opened", lambda store: _day(store.last_opened)))
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
    missing = [f"-{scope}" for scope in store.missing_scopes]
    extra = [f"+{scope}" for scope in store.extra_scopes]
    return " ".join([*missing, *extra]) or "match"


def _day(time: date | None) -> str | None:
    return f"{time:%Y-%m-%d}" if time else None


def _iso(time: date | datetime | None) -> str | None:
    return time.isoformat() if time else None
