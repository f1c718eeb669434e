"""`list`: the stores of the stack's apps, by the index alone."""

import csv
import io
import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from local.backend import LocalBackend
from local.bigcommerce import App, Store, load_url, uninstall_url
from local.loopback_http import get
from ops.stores import store_table
from ops.stores.last_opened import QUERY
from ops.stores.stack import Stack
from ops.stores.store_arguments import chosen_stores
from tests.ops.stores.conftest import Run, install, token_of

pytestmark = pytest.mark.emulated


def lines(printed: str, store: Store) -> list[dict[str, Any]]:
    """What a list in JSON says of a store."""
    every = [json.loads(line) for line in printed.splitlines()]
    return [line for line in every if line["storeHash"] == store.hash]


def test_a_store_is_listed_with_its_app_time_scopes_and_users(
    run: Run, app: App, store: Store
) -> None:
    get(load_url(app, store, store.staff[0]), 30)
    (listed,) = lines(run("list", "--json").out, store)
    assert listed.pop("installedAt").startswith("20")
    assert listed.pop("rutter") in {"not_ready", "active", "pending", None}
    assert listed == {
        "app": "App A",
        "organizationId": "org-a",
        "storeHash": store.hash,
        "state": "installed",
        "domain": None,
        "missingScopes": [],
        "extraScopes": [],
        "users": 2,
        "lastOpened": None,
        "rutterReason": None,
    }


def test_table_and_csv_have_the_same_stores(run: Run, store: Store) -> None:
    heading, *rows = run().out.splitlines()
    assert heading.split("  ")[0] == "App"
    (row,) = [row for row in rows if store.hash in row]
    assert "as configured" in row
    (line,) = [
        line
        for line in csv.DictReader(io.StringIO(run("list", "--csv").out))
        if line["storeHash"] == store.hash
    ]
    assert (line["app"], line["users"], line["missingScopes"]) == ("App A", "1", "")


def test_uninstalled_stores_are_listed_when_asked_for(
    run: Run, app: App, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    get(uninstall_url(app, store, store.owner), 30)
    assert lines(run("list", "--json").out, store) == []
    (listed,) = lines(run("list", "--json", "--all").out, store)
    assert (listed["state"], listed["installedAt"], listed["users"]) == ("uninstalled", None, None)

    def of_this_store(*given: Any) -> list[Any]:
        return [each for each in chosen_stores(*given) if each.store_hash == store.hash]

    for known, said in ((of_this_store, "but some have un"), (lambda *_: [], "and none is known")):
        monkeypatch.setattr("installations.commands.list_stores.chosen_stores", known)
        assert run("list").out.startswith(f"No store has an app of the stack installed, {said}")
        assert run("list", "--app", "org-a").out.startswith(f"No store has org-a installed, {said}")


def test_every_page_is_listed(
    run: Run, backend: LocalBackend, app: App, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = backend.bigcommerce.add_store("Other")
    install(backend, app, other)
    monkeypatch.setattr(store_table, "PAGE_SIZE", 1)
    for arguments in ((), ("--app", "org-a")):
        printed = run("list", *arguments).out
        assert store.hash in printed
        assert other.hash in printed


def test_stores_of_one_app_are_listed_by_a_query(run: Run, store: Store) -> None:
    assert lines(run("list", "--json", "--app", "org-a").out, store)
    assert lines(run("list", "--json", "--app", "org-b").out, store) == []
    done = run("list", "--app", "org-c")
    assert done.status == 2
    assert "has no app with the organization id 'org-c'" in done.err


def test_scopes_that_differ_from_the_configuration_are_named(
    run: Run, change_registration: Callable[..., None], store: Store
) -> None:
    change_registration({"scopes": ["store_v2_products"]})
    (row,) = [row for row in run("list").out.splitlines() if store.hash in row]
    assert "-store_v2_products +store_v2_information_read_only" in row


OPENED = 1_795_593_250_360  # 2026-11-25


def test_a_store_is_listed_with_the_day_it_last_opened_the_app(
    run: Run, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded AWS takes the query, and gives every line of the log for it."""
    assert run("list", "--opened", "7").status == 0
    asked: list[dict[str, Any]] = []
    values = {"organization_id": "org-a", "store_hash": store.hash, "opened": f"{OPENED}.0"}
    results = [[{"field": name, "value": value} for name, value in values.items()]]
    answers = [{"status": "Running"}, {"status": "Complete", "results": results}]

    def start_query(**query: Any) -> dict[str, str]:
        asked.append(query)
        return {"queryId": "1"}

    logs = SimpleNamespace(
        start_query=start_query,
        get_query_results=lambda **_: answers.pop(0) if answers else {"status": "Timeout"},
    )
    monkeypatch.setattr(Stack, "logs", logs)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    heading, *rows = run("list", "--opened", "7").out.splitlines()
    (row,) = [row for row in rows if store.hash in row]
    assert heading.endswith("  Last opened")
    assert row.endswith("  2026-11-25")
    assert asked[0]["endTime"] - asked[0]["startTime"] == 7 * 86_400
    assert "ended as Timeout. Run the command" in run("list", "--opened", "7").err
    with pytest.raises(SystemExit):
        run("list", "--opened", "0")


def test_the_log_has_the_fields_that_the_query_names(
    backend: LocalBackend, app: App, store: Store
) -> None:
    get(load_url(app, store, store.owner), 30)
    events = backend.emulator.aws.logs.filter_log_events(
        logGroupName=backend.outputs["loadLogGroup"], filterPattern='"callback answered"'
    )["events"]
    line = json.loads(events[-1]["message"])
    assert (line["message"], line["status"]) == ("callback answered", 200)
    assert (line["organization_id"], line["store_hash"]) == ("org-a", store.hash)
    for name in ("message", "status", "organization_id", "store_hash"):
        assert name in QUERY


def test_neither_token_nor_address_is_listed(
    run: Run, backend: LocalBackend, app: App, store: Store
) -> None:
    token = token_of(backend, app, store)
    for arguments in ((), ("--json",), ("--csv",)):
        printed = run("list", "--all", *arguments)
        assert store.hash in printed.out
        for secret in ("@example.com", token):
            assert secret not in printed.out + printed.err
