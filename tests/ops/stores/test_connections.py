"""`connect`, `redrive`, and what `list` says of connections at Rutter."""

import json
import re
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lambdas.records.installation_item import SORT_KEY
from lambdas.rutter.connection import Trigger
from lambdas.rutter.requests import Request
from local.backend import PROJECT, LocalBackend
from local.bigcommerce import App, Store
from ops.__main__ import main
from ops.errors import CommandError
from ops.stores.commands import connect, redrive
from ops.stores.store import CONNECTION
from ops.stores.store import Store as StackStore
from portal.sheet.live import NOT_CONNECTED
from tests.ops.stores.conftest import Run

WAIT_SECONDS = 100


def listed(run: Run, store: Store) -> dict[str, Any]:
    (found,) = [e for e in json.loads(run("list", "--json").out) if e["storeHash"] == store.hash]
    return dict(found)


def awaited(run: Run, store: Store, state: str) -> dict[str, Any]:
    """What is listed of a store once its connection has this state."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (found := listed(run, store))["rutter"] != state:
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    return found


def queue(backend: LocalBackend, name: str) -> str:
    url: str = backend.emulator.aws.sqs.get_queue_url(QueueName=f"{PROJECT}-local-{name}")[
        "QueueUrl"
    ]
    return url


@pytest.mark.emulated
def test_a_connection_that_rutter_refused_is_listed_with_the_reason_and_made_when_asked_for(
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
def test_stores_that_were_installed_before_are_connected_together(
    run: Run, backend: LocalBackend, store: Store
) -> None:
    awaited(run, store, "active")
    table = backend.outputs["installationsTable"]
    key = {"pk": {"S": f"ORG#org-a#STORE#{store.hash}"}, "sk": {"S": "CONNECTION"}}
    backend.emulator.aws.dynamodb.delete_item(TableName=table, Key=key)

    assert "Queued" in run("connect", "--all", "--app", "org-a").out
    awaited(run, store, "active")
    assert len(backend.rutter.of(store.hash)) == 1


@pytest.mark.emulated
def test_what_failed_is_sent_again_whether_or_not_it_names_its_store(
    run: Run, backend: LocalBackend, app: App, store: Store
) -> None:
    awaited(run, store, "active")
    failed = queue(backend, "rutter-failed")
    for body in (
        Request(app.organization_id, store.hash).as_message(),
        '{"DDBStreamBatchInfo": {}}',
    ):
        backend.emulator.aws.sqs.send_message(QueueUrl=failed, MessageBody=body)

    printed = run("redrive")
    assert printed.status == 0
    assert re.fullmatch(r"Queued \d+ stores? again.\n", printed.out)
    assert run("redrive").out == "The dead-letter queue is empty.\n"


@pytest.mark.emulated
def test_the_sheet_says_whether_data_flows_and_what_was_called_with_the_operators_policy(
    run: Run, store: Store, outputs_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    awaited(run, store, "active")
    assert main(["sheet", "--file", str(outputs_file), "--json"]) == 0
    printed = capsys.readouterr()
    shown = json.loads(printed.out)["org-a"]
    states = [each["rutter"] for each in json.loads(run("list", "--json").out)]
    assert shown["connections"] == Counter(state or NOT_CONNECTED for state in states)
    assert shown["seen"]["lastScopes"]["missing"] == []
    assert (shown["seen"]["lastCalls"]["authCallbackUrl"] or "")[:2] == "20"
    assert printed.err == ""


@pytest.mark.emulated
def test_which_store_must_be_said(run: Run) -> None:
    done = run("connect")
    assert (done.status, done.err) == (2, "Name one STORE, or add --all; not both.\n")


@pytest.mark.emulated
@pytest.mark.parametrize("command", [("connect", "--all"), ("redrive",)])
def test_a_stack_that_hands_nothing_over_says_how_to(
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


INSTALLED = listed_store("installed")
ACTIVE = {CONNECTION: {"connection_state": "active"}}
CONNECTED = replace(listed_store("connected"), items={**INSTALLED.items, **ACTIVE})
# Stores that cannot be connected, by what the message says.
OTHERS = {
    "'uninstalled'": listed_store("gone", status="uninstalled"),
    "'earlier registration'": listed_store("earlier", client_id="another"),
    "'app not configured'": listed_store("removed", None),
    "org-a has no rutter": listed_store("without", WITHOUT),
}


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The queues of a stack with these stores."""
    sent: list[Request] = []
    deleted: list[Any] = []
    queues = SimpleNamespace(sent=sent, send=sent.append, deleted=deleted, delete=deleted.append)
    stack = SimpleNamespace(commands=SimpleNamespace(list_stores="list"))
    stores = [*OTHERS.values(), INSTALLED, CONNECTED]
    by_hash = {each.store_hash: each for each in stores}
    for command in (connect, redrive):
        monkeypatch.setattr(command, "Queues", SimpleNamespace(of=lambda _: queues))
        monkeypatch.setattr(command, "opened", lambda _: nullcontext(stack))
    monkeypatch.setattr(connect, "chosen_stores", lambda *_: stores)
    monkeypatch.setattr(connect, "with_connections", lambda _, chosen: chosen)
    monkeypatch.setattr(connect, "chosen_store", lambda _, store_hash, __: by_hash[store_hash])
    return queues


def test_all_stores_that_can_be_connected_are_queued_also_refused_ones(
    queues: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert connect.run(all_=True) == 0
    assert capsys.readouterr().out == "Queued 2 stores. Check their status with list\n"
    # Only an operator retries what Rutter refused; what is active is left alone.
    assert queues.sent == [
        Request("org-a", "installed", Trigger.OPERATOR),
        Request("org-a", "connected", Trigger.CHANGE),
    ]


@pytest.mark.parametrize("said", OTHERS)
def test_a_store_that_cannot_be_connected_is_not_queued(queues: SimpleNamespace, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        connect.run(OTHERS[said].store_hash)
    assert queues.sent == []


# A position in the stream, which names no store.
POSITION = '{"DDBStreamBatchInfo": {}}'


@pytest.mark.parametrize(
    ("failed", "installed", "count"),
    [("ab", "ab", 2), ([POSITION, POSITION], "ab", 2), ([POSITION], "", 0)],
)
def test_stores_are_queued_once_for_all_messages_that_name_none(
    *,
    queues: SimpleNamespace,
    failed: Sequence[str],
    installed: str,
    count: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bodies = [each if each == POSITION else Request("org-a", each).as_message() for each in failed]
    queues.failed = lambda: [{"Body": body} for body in bodies]
    monkeypatch.setattr(redrive, "listed", lambda _: [listed_store(each) for each in installed])
    assert redrive.run() == 0
    assert capsys.readouterr().out == f"Queued {count} stores again.\n"
    assert (len(queues.deleted), len(queues.sent)) == (len(failed), count)
