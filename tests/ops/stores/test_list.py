"""`list`: the stores of the stack's apps, by the index alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.backend import LocalBackend
from local.bigcommerce import App, Store, load_url, uninstall_url
from local.loopback_http import get
from ops.stores import store_table
from ops.stores.selection import chosen_stores
from tests.ops.stores.conftest import SCOPE, Run, entries, install, token_of

pytestmark = pytest.mark.emulated


def test_a_store_is_listed_with_its_app_time_scopes_and_users_without_token_and_address(
    run: Run, backend: LocalBackend, app: App, store: Store
) -> None:
    get(load_url(app, store, store.staff[0]), 30)
    (listed,) = entries(run, store)
    assert listed.pop("installedAt").startswith("20")
    assert listed.pop("clientId") == app.client_id
    assert listed.pop("rutter") in {"not_ready", "active", "pending", None}
    assert listed == {
        "app": "App A",
        "organizationId": "org-a",
        "storeHash": store.hash,
        "state": "installed",
        "domain": None,
        "uninstalledAt": None,
        "scopes": [SCOPE],
        "missingScopes": [],
        "extraScopes": [],
        "users": 2,
        "rutterReason": None,
    }
    table = run("list", "--app", "org-a").out
    assert table.startswith("App A (org-a)\nStore ")
    (row,) = [row for row in table.splitlines() if store.hash in row]
    assert "match" in row
    for arguments in ((), ("--json",)):
        printed = run("list", "--all", *arguments)
        assert store.hash in printed.out
        for secret in ("@example.com", token_of(backend, app, store)):
            assert secret not in printed.out + printed.err


def test_uninstalled_stores_are_listed_with_all(
    run: Run, app: App, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    get(uninstall_url(app, store, store.owner), 30)
    assert entries(run, store) == []
    (listed,) = entries(run, store, "--all")
    assert (listed["state"], listed["installedAt"], listed["users"]) == ("uninstalled", None, None)
    assert listed["uninstalledAt"].startswith("20")

    def of_this_store(*given: Any) -> list[Any]:
        return [each for each in chosen_stores(*given) if each.store_hash == store.hash]

    for known, said in ((of_this_store, " To list stores that"), (lambda *_: [], "\n")):
        monkeypatch.setattr("ops.stores.commands.list_stores.chosen_stores", known)
        assert run("list").out.startswith(f"No store has an app of the stack installed.{said}")
        assert run("list", "--app", "org-a").out.startswith(f"No store has org-a installed.{said}")


def test_every_page_is_listed_also_of_one_app(
    run: Run, backend: LocalBackend, app: App, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = backend.bigcommerce.add_store("Other")
    install(backend, app, other)
    monkeypatch.setattr(store_table, "PAGE_SIZE", 1)
    for arguments in ((), ("--app", "org-a")):
        printed = run("list", *arguments).out
        assert store.hash in printed
        assert other.hash in printed
    assert entries(run, store, "--app", "org-b") == []
    done = run("list", "--app", "org-c")
    assert done.status == 2
    assert "has no app with organization ID 'org-c'" in done.err


def test_outputs_that_are_older_than_the_deployment_are_reported(
    run: Run, change_registration: Callable[..., None], store: Store
) -> None:
    assert run("list").err == ""
    change_registration({"clientId": "anotherclientid"})
    for command in ("list", "verify"):
        done = run(command)
        assert done.status == 0
        assert done.err.startswith("Warning: states may be wrong. These outputs are older than")
        assert "purge" not in done.err


def test_scopes_that_differ_from_the_configuration_are_named(
    run: Run, change_registration: Callable[..., None], store: Store
) -> None:
    change_registration({"scopes": ["store_v2_products"]})
    (row,) = [row for row in run("list").out.splitlines() if store.hash in row]
    assert "-store_v2_products +store_v2_information_read_only" in row


def test_a_stack_with_one_app_has_a_table_without_its_id(
    run: Run, outputs_file: Path, store: Store
) -> None:
    outputs = json.loads(outputs_file.read_text(encoding="utf-8"))
    del outputs["registration"]["apps"][1:]
    outputs_file.write_text(json.dumps(outputs), encoding="utf-8")
    printed = run("list", "--app", "org-a").out
    assert printed.startswith("Store ")
    assert "org-a" not in printed
    assert store.hash in printed
