"""`connect`: which stores it queues, and with which trigger."""

import argparse
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from lambdas.records.installation_item import SORT_KEY
from lambdas.rutter.connection import Trigger
from lambdas.rutter.requests import Request
from ops.errors import CommandError
from ops.stores.commands import connect
from ops.stores.stack import Stack
from ops.stores.store import CONNECTION, Store

WITH_RUTTER = SimpleNamespace(client_id="client-a", rutter=True)
WITHOUT = SimpleNamespace(client_id="client-b", rutter=False)


def store(store_hash: str, app: Any = WITH_RUTTER, **values: str) -> Store:
    record = {"status": "installed", "client_id": app.client_id if app else "client-c"} | values
    return Store("org-a", store_hash, app, {SORT_KEY: record})


INSTALLED = store("installed")
ACTIVE = {CONNECTION: {"connection_state": "active"}}
CONNECTED = replace(store("connected"), items={**INSTALLED.items, **ACTIVE})
# Stores that cannot be connected, by what the message says.
OTHERS = {
    "'uninstalled'": store("gone", status="uninstalled"),
    "'of an earlier registration'": store("earlier", client_id="another"),
    "'app not configured'": store("removed", None),
    "org-a has no rutter": store("without", WITHOUT),
}
STACK = cast(Stack, SimpleNamespace(commands=SimpleNamespace(list_stores="list")))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    sent: list[Request] = []
    queues = SimpleNamespace(send=sent.append)
    monkeypatch.setattr(connect, "Queues", SimpleNamespace(of=lambda _: queues))
    stores = [*OTHERS.values(), INSTALLED, CONNECTED]
    by_hash = {each.store_hash: each for each in stores}
    monkeypatch.setattr(connect, "chosen_stores", lambda *_: stores)
    monkeypatch.setattr(connect, "with_connections", lambda _, chosen: chosen)
    monkeypatch.setattr(connect, "chosen_store", lambda _, options: by_hash[options.store_hash])
    return sent


def test_all_stores_that_can_be_connected_are_queued_also_refused_ones(
    sent: list[Request], capsys: pytest.CaptureFixture[str]
) -> None:
    options = argparse.Namespace(store_hash=None, all=True, app=None)
    assert connect.run(STACK, options) == 0
    assert capsys.readouterr().out == "Queued 2 stores. Check their status with list\n"
    # Only an operator retries what Rutter refused; what is active is left alone.
    assert sent == [
        Request("org-a", "installed", Trigger.OPERATOR),
        Request("org-a", "connected", Trigger.CHANGE),
    ]


@pytest.mark.parametrize("said", OTHERS)
def test_a_store_that_cannot_be_connected_is_not_queued(sent: list[Request], said: str) -> None:
    options = argparse.Namespace(store_hash=OTHERS[said].store_hash, all=False, app=None)
    with pytest.raises(CommandError, match=said):
        connect.run(STACK, options)
    assert sent == []
