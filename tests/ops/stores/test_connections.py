"""`connect`, `redrive`, and what `list` says of connections at Rutter."""

import json
import re
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lambdas.rutter.requests import Request
from local.backend import PROJECT, LocalBackend
from local.bigcommerce import App, Store
from ops.sheet.__main__ import main as registration
from portal.sheet.live import NOT_CONNECTED
from tests.ops.stores.conftest import Run

pytestmark = pytest.mark.emulated

WAIT_SECONDS = 100


def listed(run: Run, store: Store) -> dict[str, Any]:
    every = [json.loads(line) for line in run("list", "--json").out.splitlines()]
    (found,) = [each for each in every if each["storeHash"] == store.hash]
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
    assert re.fullmatch(r"\d+ stores? sent again.\n", printed.out)
    assert run("redrive").out == "Nothing had failed.\n"


def test_the_sheet_says_whether_data_flows_and_what_was_called_with_the_operators_policy(
    run: Run, store: Store, outputs_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    awaited(run, store, "active")
    assert registration(["show", "--file", str(outputs_file), "--format", "json"]) == 0
    printed = capsys.readouterr()
    shown = json.loads(printed.out)["org-a"]
    states = [json.loads(line)["rutter"] for line in run("list", "--json").out.splitlines()]
    assert shown["connections"] == Counter(state or NOT_CONNECTED for state in states)
    assert shown["seen"]["lastScopes"]["missing"] == []
    assert (shown["seen"]["lastCalls"]["authCallbackUrl"] or "")[:2] == "20"
    assert printed.err == ""


def test_which_store_must_be_said(run: Run) -> None:
    done = run("connect")
    assert (done.status, done.err) == (2, "Say which STORE, or --all; not both.\n")


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
