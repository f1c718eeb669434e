"""`purge`: what is deleted, and what stays."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.records import apps
from lambdas.records.dynamodb_json import values_to_json
from lambdas.records.installation_item import key
from local.backend import LocalBackend
from local.bigcommerce import Store
from ops.stores import store_table
from ops.stores.commands import purge
from ops.stores.stack import Stack
from ops.stores.store import Store as StackStore
from tests.ops.stores.conftest import ENDED_EARLY, Run, awaited, install

pytestmark = pytest.mark.emulated

Change = Callable[..., None]
ANOTHER = {"clientId": "anotherclientid"}


@pytest.fixture
def store(run: Run, store: Store) -> Store:
    """A store that is connected to Rutter: nothing writes its connection any more."""
    awaited(run, store, "active")
    return store


@pytest.fixture
def redeploy(backend: LocalBackend, change_registration: Change) -> Iterator[Change]:
    """Change the client ID of the first app, in the outputs and deployed; `None` removes it."""
    dynamodb, table = backend.emulator.aws.dynamodb, backend.outputs["installationsTable"]
    profile = dynamodb.get_item(TableName=table, Key=apps.key("org-a"))["Item"]

    def change(values: dict[str, str] | None) -> None:
        change_registration(values)
        if values is None:
            dynamodb.delete_item(TableName=table, Key=apps.key("org-a"))
        else:
            item = profile | {"client_id": {"S": values["clientId"]}}
            dynamodb.put_item(TableName=table, Item=item)

    yield change
    dynamodb.put_item(TableName=table, Item=profile)


def kept(backend: LocalBackend, store: Store, organization_id: str = "org-a") -> set[str]:
    """The sort keys of what the table has of a store."""
    items = backend.emulator.aws.dynamodb.query(
        TableName=backend.outputs["installationsTable"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": key(organization_id, store.hash)["pk"]},
    )["Items"]
    return {item["sk"]["S"] for item in items}


def test_records_of_registered_apps_are_not_purged(
    run: Run, backend: LocalBackend, store: Store, change_registration: Change
) -> None:
    for client_id in (None, backend.apps[0].client_id):
        change_registration({"clientId": client_id})
        assert run("purge", "--yes").out == "There is nothing to purge.\n"
    assert kept(backend, store) == {"STORE", "CONNECTION"}


@pytest.mark.parametrize(
    ("change", "state"), [(None, "app not configured"), (ANOTHER, "earlier registration")]
)
def test_records_of_a_removed_or_newly_registered_app_are_purged(
    run: Run,
    backend: LocalBackend,
    store: Store,
    redeploy: Change,
    *,
    change: dict[str, str] | None,
    state: str,
) -> None:
    install(backend, backend.apps[1], store)
    run("verify", "--mark")
    backend.emulator.aws.dynamodb.put_item(
        TableName=backend.outputs["installationsTable"],
        Item=key("org-a", store.hash, "CONNECTION"),
    )
    redeploy(change)
    assert "purge --dry-run --file /" in run("list").err
    dry = run("purge", "--dry-run")
    assert (dry.status, dry.out.count(f"  {state}  ")) == (0, dry.out.count("\n") - 3)
    asked = run("purge", typed="n\n")
    assert (asked.status, "? [y/N]" in asked.err) == (2, True)
    assert re.search(r"installed on \d+ stores?: (it|each) loses its access token", asked.err)
    assert kept(backend, store) == {"STORE", "VERIFICATION", "CONNECTION"}

    done = run("purge", typed="yes\n")
    assert done.status == 0
    assert re.search(r"\d stores? purged\.$", done.out)
    assert kept(backend, store) == set()
    assert kept(backend, store, "org-b") == {"STORE", "VERIFICATION"}


@pytest.mark.parametrize(
    ("change", "why"),
    [(None, "they lack the app org-a"), (ANOTHER, "they have another client ID of the app org-a")],
)
def test_outputs_that_are_older_than_the_deployment_are_refused(
    *,
    run: Run,
    backend: LocalBackend,
    store: Store,
    change_registration: Change,
    change: dict[str, str] | None,
    why: str,
) -> None:
    change_registration(change)
    for how in ("--dry-run", "--yes"):
        done = run("purge", how)
        assert (done.status, done.out) == (2, "")
        assert f"These outputs are older than the deployment: {why}" in done.err
        assert "pulumi stack output --json --stack local >" in done.err
    assert kept(backend, store) == {"STORE", "CONNECTION"}


def test_one_store_is_purged_after_a_warning_if_the_app_is_installed(
    run: Run, backend: LocalBackend, store: Store
) -> None:
    assert "it loses its access token. 1 store " in run("purge", store.hash, "--dry-run").out
    row = {"organizationId": "org-a", "storeHash": store.hash}
    dry = run("purge", store.hash, "--dry-run", "--json")
    assert json.loads(dry.out) == [row | {"outcome": "would be purged"}]
    done = run("purge", store.hash, "--json", typed="y\n")
    assert re.search(rf"{store.hash}  installed .*it loses its access token. Perm", done.err, re.S)
    assert json.loads(done.out) == [row | {"outcome": "purged"}]
    assert kept(backend, store) == set()
    nothing = run("purge", "--json", "--yes")
    assert (nothing.out, nothing.err) == ("[]\n", "There is nothing to purge.\n")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_id", ANOTHER["clientId"]),
        ("granted_at_ms", 1),
        ("status", "uninstalled"),
        ("uninstalled_at", 1),
    ],
)
def test_a_record_that_changed_meanwhile_stays(
    *,
    run: Run,
    backend: LocalBackend,
    store: Store,
    redeploy: Change,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str | int,
) -> None:
    redeploy(ANOTHER)

    def then_installed_anew(stack: Stack, organization_ids: Any) -> Any:
        found = store_table.listed(stack, organization_ids)
        backend.emulator.aws.dynamodb.update_item(
            TableName=stack.table_name,
            Key=key("org-a", store.hash),
            UpdateExpression="SET #name = :value",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues=values_to_json({":value": value}),
        )
        return found

    monkeypatch.setattr("ops.stores.commands.purge.chosen_stores", then_installed_anew)
    done = run("purge", "--app", "org-a", "--yes")
    assert done.status == 1
    assert "1 store not purged: changed meanwhile.\n" in done.out
    assert kept(backend, store) == {"STORE", "CONNECTION"}


@pytest.mark.parametrize(
    ("codes", "outcome"),
    [
        (["TransactionConflict", "ThrottlingError", None], purge.PURGED),
        (["TransactionConflict"] * 4, purge.BUSY),
        (["TransactionConflict", "ConditionalCheckFailed"], purge.CHANGED),
        (["ValidationError"], None),
    ],
)
def test_a_deletion_that_is_cancelled_temporarily_is_retried(
    monkeypatch: pytest.MonkeyPatch, codes: list[str | None], outcome: str | None
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    answers = iter(codes)

    def transact(**_: object) -> None:
        if code := next(answers):
            reasons: Any = [{"Code": "None"}, {"Code": code}]
            raise ClientError({"CancellationReasons": reasons}, "TransactWriteItems")

    client = SimpleNamespace(transact_write_items=transact)
    stack: Any = SimpleNamespace(dynamodb=client, table_name="t")
    with pytest.raises(ClientError) if outcome is None else nullcontext():
        assert purge.purge_store(stack, StackStore("org-a", "abc", None, {})) == outcome
    assert list(answers) == []


def test_a_connection_without_a_record_is_purged_by_its_store_hash(
    run: Run, backend: LocalBackend, store: Store
) -> None:
    dynamodb, table = backend.emulator.aws.dynamodb, backend.outputs["installationsTable"]
    connection = values_to_json(
        {"connection_state": "disabled", "connection_access_token": b"secret"}
    )
    for sort_key in ("CONNECTION", "STORE"):  # the latter is no record either, having no status
        dynamodb.put_item(TableName=table, Item=key("org-a", store.hash, sort_key) | connection)
        assert "access_token" not in run("show", store.hash, "--json").out
    assert "has no token" in run("token", store.hash, "--yes").err
    assert run("purge", store.hash, "--yes").status == 0
    assert kept(backend, store) == set()


@pytest.mark.parametrize(
    ("ending", "status", "said", "hashes"),
    [
        *((*ended, "other stays") for ended in ENDED_EARLY),
        (purge.CHANGED, 1, "", "other stays"),
        (purge.BUSY, 1, "", "stays other"),
    ],
)
def test_a_purge_after_which_a_record_stays_fails_and_counts_what_it_deleted(
    *,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    ending: BaseException | str,
    status: int,
    said: str,
    hashes: str,
) -> None:
    def purge_all_but_one(_: Stack, store: StackStore, **__: bool) -> str:
        if store.store_hash == "other":
            return purge.PURGED
        if isinstance(ending, BaseException):
            raise ending
        return ending

    stores = [StackStore("org-a", each, None, {}) for each in hashes.split()]
    monkeypatch.setattr("ops.stores.commands.purge._purgeable", lambda *_, **__: stores)
    monkeypatch.setattr("ops.stores.commands.purge.purge_store", purge_all_but_one)
    done = run("purge", "--yes")
    assert (done.status, said in done.err) == (status, True)
    not_purged = f"1 store not purged: {ending}.\n" if isinstance(ending, str) else ""
    assert done.out.endswith(f"1 store purged.\n{not_purged}")
