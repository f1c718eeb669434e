"""The soak: what would be lost, doubled or different would be noticed."""

from dataclasses import replace
from typing import Any

import pytest

from local.backend import LocalBackend
from local.loopback_http import get
from tests.reliability import records
from tests.reliability.lives import TIMEOUT_SECONDS, Life
from tests.reliability.model import Callback, StoreModel
from tests.reliability.records import Records, audit, audit_connections
from tests.reliability.soak import Plan, Soak

pytestmark = pytest.mark.emulated

UNINSTALLED = {"status": {"S": "uninstalled"}}


def test_wrong_answers_are_reported(ready: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready.apps[0], "client_secret", "0" * 64)
    problems = Soak(ready, Plan(callbacks=4, stores=4, at_once=2)).run()
    assert "was answered (400,), not one of {(200,)}" in problems[0]


def test_wrong_records_are_reported(ready: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    found, life = Records(ready), Life(ready.bigcommerce, ready.apps[0])
    before = found.keys()
    installs = [life.issue(Callback.INSTALL, 0)]
    _, outcomes = life.deliver(installs, lambda each: get(each.url, TIMEOUT_SECONDS).status)
    life.possible = [after for _, after in outcomes]
    assert [*audit(found, [life], before), *audit_connections(ready, found, [life])] == []

    monkeypatch.setattr(records, "WAIT_SECONDS", 0)
    (connection,) = ready.rutter.of(life.store.hash)
    ready.rutter.connections["another"] = replace(connection, id="another")
    (problem,) = audit_connections(ready, found, [life])
    assert "has 2 connections" in problem
    del ready.rutter.connections["another"], ready.rutter.connections[connection.id]
    (problem,) = audit_connections(ready, found, [life])
    assert "should be connected" in problem

    item: Any = found.item(life)
    uninstalled = [StoreModel(life.store.owner.id, multiple_users=True)]
    for change, possible, words in (
        (UNINSTALLED, life.possible, ["should be installed"]),
        ({"access_token": {"B": b"no ciphertext"}}, life.possible, ["its latest access token"]),
        ({"users": {"M": {}}}, life.possible, ["users=frozenset()"]),
        (UNINSTALLED, uninstalled, ["'access_token'", "'users'"]),  # neither is kept
        ({"sk": {"S": "STORE2"}}, uninstalled, ["'users'", "STORE2 is there without a reason"]),
    ):
        life.possible = possible
        table = ready.outputs["installationsTable"]
        ready.emulator.aws.dynamodb.put_item(TableName=table, Item=item | change)
        problems = " ".join(audit(found, [life], before))
        assert all(word in problems for word in words), (change, problems)
