"""The soak: what would be lost, doubled or different would be noticed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from local.backend import LocalBackend
from local.loopback_http import get
from tests.reliability import records
from tests.reliability.lives import TIMEOUT_SECONDS, Life
from tests.reliability.model import Callback
from tests.reliability.records import Kind, Problem, Records, audit, audit_connections
from tests.reliability.soak import Plan, Soak

pytestmark = pytest.mark.emulated


def test_answers_that_the_model_does_not_allow_are_reported(
    ready: LocalBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ready.apps[0], "client_secret", "0" * 64)

    problems = Soak(ready, Plan(callbacks=4, stores=4, at_once=2)).run()

    assert Kind.UNEXPECTED in {problem.kind for problem in problems}
    assert "was answered (400,), not one of {(200,)}" in problems[0].what


def test_connections_that_are_lost_or_doubled_are_reported(
    ready: LocalBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "WAIT_SECONDS", 60)
    doubled, gone = (Life(ready.bigcommerce, ready.apps[0]) for _ in range(2))
    for life in (doubled, gone):
        assert get(life.issue(Callback.INSTALL, 0).url, TIMEOUT_SECONDS).status == 200
    assert list(audit_connections(ready, Records(ready), [doubled, gone])) == []

    monkeypatch.setattr(records, "WAIT_SECONDS", 0)
    (connection,) = ready.rutter.of(doubled.store.hash)
    ready.rutter.connections["another"] = replace(connection, id="another")
    (connection,) = ready.rutter.of(gone.store.hash)
    del ready.rutter.connections[connection.id]
    problems = list(audit_connections(ready, Records(ready), [doubled, gone]))
    assert [each.kind for each in problems] == [Kind.CONNECTION_LOST, Kind.CONNECTION_DOUBLED]


# The audit, of a store on which the app is installed.

UNINSTALLED = {"status": {"S": "uninstalled"}}
GONE: Mapping[str, Any] = {"installed_at": None, "token": None, "users": {}}


def audited(
    ready: LocalBackend, changes: Mapping[str, Any], model: Mapping[str, Any]
) -> list[Problem]:
    """Return what is wrong if an installed store's record or model is changed like this."""
    before = Records(ready).keys()
    life = Life(ready.bigcommerce, ready.apps[0])
    installs = [life.issue(Callback.INSTALL, 0)]
    _, outcomes = life.deliver(installs, lambda each: get(each.url, TIMEOUT_SECONDS).status)
    life.possible = [replace(after, **model) for _, after in outcomes]
    item: Any = Records(ready).item(life)
    ready.emulator.aws.dynamodb.put_item(
        TableName=ready.outputs["installationsTable"], Item=item | changes
    )
    return list(audit(Records(ready), [life], before))


@pytest.mark.parametrize(
    ("changes", "model", "kind", "what"),
    [
        (UNINSTALLED, {}, Kind.LOST, "should be installed"),
        ({"access_token": {"B": b"no ciphertext"}}, {}, Kind.LOST, "its latest access token"),
        ({"sk": {"S": "STORE2"}}, {}, Kind.DOUBLED, "STORE2 is there without a reason"),
        ({"users": {"M": {}}}, {}, Kind.DIFFERENT, "users=frozenset()"),
        ({}, {"installed_at": 1}, Kind.DIFFERENT, "installed_at=1,"),
        (UNINSTALLED, GONE, Kind.DIFFERENT, "'access_token'"),  # no token and no users are kept
        (UNINSTALLED, GONE, Kind.DIFFERENT, "'users'"),
    ],
)
def test_a_wrong_record_is_reported(
    ready: LocalBackend, changes: Mapping[str, Any], model: Mapping[str, Any], kind: Kind, what: str
) -> None:
    (problem,) = audited(ready, changes, model)
    assert problem.kind is kind
    assert what in problem.what
