"""`connect`, `redrive`, and the connections at Rutter that `list` shows."""

import json
import re
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lambdas.records.installation_item import SORT_KEY, key
from lambdas.records.reconcile_request import Request
from local.backend import PROJECT, LocalBackend
from local.bigcommerce import App, Store
from ops.errors import CommandError
from ops.stores.commands import connect, redrive
from ops.stores.store import CONNECTION
from ops.stores.store import Store as StackStore
from tests.ops import command
from tests.ops.stores.conftest import Run, awaited, install


@pytest.mark.emulated
def test_a_store_that_rutter_refused_is_listed_with_the_reason_and_connected_again(
    run: Run, backend: LocalBackend, app: App, store: Store
) -> None:
    awaited(run, store, "active")
    backend.rutter.connections.clear()
    assert "Queued 1 store." in run("connect", store.hash).out
    found = awaited(run, store, "disabled")
    assert "no longer has" in found["rutterReason"]
    assert "no longer has" in run("list").out
    assert "no longer has" in run("show", store.hash).out

    installation = backend.bigcommerce.installations.pop((app.client_id, store.hash))
    run("connect", store.hash)
    assert "450" in awaited(run, store, "refused")["rutterReason"]
    backend.bigcommerce.installations[app.client_id, store.hash] = installation
    run("connect", store.hash)
    awaited(run, store, "active")
    assert len(backend.rutter.of(store.hash)) == 1


@pytest.mark.emulated
def test_all_stores_are_connected_except_those_that_are_syncing(
    run: Run, backend: LocalBackend, app: App, store: Store
) -> None:
    other = backend.bigcommerce.add_store("Other")
    install(backend, app, other)
    for each in (store, other):
        awaited(run, each, "active")
    backend.emulator.aws.dynamodb.delete_item(
        TableName=backend.outputs["installationsTable"], Key=key("org-a", store.hash, CONNECTION)
    )

    done = run("connect", "--all", "--app", "org-a", "--json")
    outcomes = {row["storeHash"]: row["outcome"] for row in json.loads(done.out)}
    assert (outcomes[store.hash], outcomes[other.hash]) == ("queued", "already syncing")
    awaited(run, store, "active")
    assert len(backend.rutter.of(store.hash)) == 1
    said = run("connect", "--all", "--app", "org-a").out
    assert re.search(r"^Queued \d+ stores?\. The data of \d+ stores? is already syncing\.", said)


@pytest.mark.emulated
def test_failed_messages_are_queued_again_whether_or_not_they_name_a_store(
    run: Run, backend: LocalBackend, app: App, store: Store
) -> None:
    awaited(run, store, "active")
    sqs = backend.emulator.aws.sqs
    failed = sqs.get_queue_url(QueueName=f"{PROJECT}-local-rutter-failed")["QueueUrl"]
    request = Request(app.organization_id, store.hash).as_message()
    sqs.send_message(QueueUrl=failed, MessageBody=request)
    assert json.loads(run("redrive", "--json").out) == [
        {"organizationId": "org-a", "storeHash": store.hash, "outcome": "queued"}
    ]
    sqs.send_message(QueueUrl=failed, MessageBody=POSITION)
    assert re.fullmatch(r"Queued \d+ stores? again.\n", run("redrive").out)
    assert run("redrive").out == "The dead-letter queue is empty.\n"


@pytest.mark.emulated
def test_the_sheet_shows_the_last_calls_with_the_operators_policy(
    run: Run, store: Store, outputs_file: Path
) -> None:
    done = command.run("sheet", "--file", str(outputs_file), "--json")
    assert (done.status, done.err) == (0, "")
    seen = json.loads(done.out)["org-a"]["seen"]
    assert seen["lastScopes"]["missing"] == []
    assert (seen["lastCalls"]["authCallbackUrl"] or "")[:2] == "20"


@pytest.mark.emulated
@pytest.mark.parametrize("command", [("connect", "--all"), ("redrive",)])
def test_a_stack_without_rutter_says_how_to_set_it(
    run: Run, outputs_file: Path, command: Sequence[str]
) -> None:
    outputs = json.loads(outputs_file.read_text())
    for app in outputs["registration"]["apps"]:
        app["rutter"] = False
    outputs_file.write_text(json.dumps(outputs))
    done = run(*command)
    assert done.status == 2
    assert "Set apps[i].rutter.clientId" in done.err


WITH_RUTTER = SimpleNamespace(client_id="client-a", rutter=True)
WITHOUT = SimpleNamespace(client_id="client-b", rutter=False)


def listed_store(store_hash: str, app: Any = WITH_RUTTER, **values: str) -> StackStore:
    record = {"status": "installed", "client_id": app.client_id if app else "client-c"} | values
    return StackStore("org-a", store_hash, app, {SORT_KEY: record})


@pytest.mark.parametrize(
    ("said", "store"),
    [
        ("'uninstalled'", listed_store("gone", status="uninstalled")),
        ("'earlier registration'", listed_store("earlier", client_id="another")),
        ("'app not configured'", listed_store("removed", None)),
        ("org-a has no rutter", listed_store("without", WITHOUT)),
    ],
)
def test_a_store_that_cannot_be_connected_is_not_queued(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    said: str,
    store: StackStore,
) -> None:
    stack = SimpleNamespace(commands=SimpleNamespace(list_stores="list"))
    monkeypatch.setattr(connect, "Queues", SimpleNamespace(of=lambda _: None))
    monkeypatch.setattr(connect, "opened", lambda _: nullcontext(stack))
    monkeypatch.setattr(connect, "chosen_store", lambda *_: store)
    monkeypatch.setattr(connect, "chosen_stores", lambda *_: [store])
    monkeypatch.setattr(connect, "with_connections", lambda _, chosen: chosen)
    with pytest.raises(CommandError, match=said):
        connect.run(store.store_hash)
    assert connect.run(all_=True) == 0
    assert capsys.readouterr().out == "Queued 0 stores. To see their status: list\n"


# A position in the stream, which names no store.
POSITION = '{"DDBStreamBatchInfo": {}}'


@pytest.mark.parametrize(
    ("failed", "installed", "count"),
    [("ab", "ab", 2), ([POSITION, POSITION], "ab", 2), ([POSITION], "", 0)],
)
def test_every_store_is_queued_once_for_all_messages_that_name_none(
    *,
    failed: Sequence[str],
    installed: str,
    count: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bodies = [each if each == POSITION else Request("org-a", each).as_message() for each in failed]
    sent: list[Request] = []
    deleted: list[Any] = []
    queues = SimpleNamespace(
        send=sent.append, delete=deleted.append, failed=lambda: [{"Body": body} for body in bodies]
    )
    monkeypatch.setattr(redrive, "Queues", SimpleNamespace(of=lambda _: queues))
    monkeypatch.setattr(redrive, "opened", lambda _: nullcontext(SimpleNamespace()))
    monkeypatch.setattr(redrive, "listed", lambda _: [listed_store(each) for each in installed])
    assert redrive.run() == 0
    assert capsys.readouterr().out == f"Queued {count} stores again.\n"
    assert (len(deleted), len(sent)) == (len(failed), count)
