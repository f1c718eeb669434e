"""The hand-over to Rutter: each store once and surely, whatever is repeated, lost or cut off."""

import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from lambdas.rutter import client, connection_table
from lambdas.rutter.connection import HOLD_SECONDS
from local.bigcommerce import faults
from local.rutter import Connection as RutterConnection
from local.rutter import failed_job, lost
from tests.conftest import Count
from tests.lambdas.backend import signed_url
from tests.lambdas.caches import forget_apps
from tests.lambdas.conftest import Logs
from tests.lambdas.rutter import Connect, connect, rutter_settings

__all__ = ["connect"]


def test_an_installed_store_is_connected_and_its_data_flows(connect: Connect) -> None:
    connect.install()
    connect.work()

    connect.assert_connected()
    assert connect.queue.delays == [0, 2, 4]  # less and less often
    token = connect.backend.kms.decrypt(
        CiphertextBlob=connect.connection.access_token,
        EncryptionContext={
            "organization_id": connect.app.organization_id,
            "store_hash": connect.store.hash,
            "issuer": "rutter",
        },
    )["Plaintext"]
    assert token.decode() == connect.rutter.of(connect.store.hash)[0].access_token


def test_a_new_token_continues_the_same_connection(connect: Connect) -> None:
    connect.install()
    connect.work()
    first = connect.connection
    connect.install()
    connect.work()

    connect.assert_connected()
    assert connect.connection.id == first.id
    assert connect.connection.handed_over > first.handed_over


def test_an_uninstalled_store_keeps_its_connection_which_rutter_flags(connect: Connect) -> None:
    connect.install()
    connect.work()
    connect.uninstall()
    connect.work()

    (connection,) = connect.rutter.of(connect.store.hash)
    assert (connect.connection.id, connect.connection.state) == (connection.id, "needs_reauth")
    connect.install()
    connect.work()
    connect.assert_connected()


def test_an_uninstall_deletes_the_connection_where_that_is_wanted(connect: Connect) -> None:
    rutter_settings(connect.backend, connect.app, "delete")
    connect.install()
    connect.work()
    connect.uninstall()
    connect.work()

    assert connect.rutter.of(connect.store.hash) == []
    assert connect.connection.state == "deleted"
    assert connect.connection.access_token is None
    connect.install()
    connect.work()
    connect.assert_connected()


def test_nothing_is_done_for_an_app_without_rutter(connect: Connect) -> None:
    connect.backend.deploy(connect.app)
    connect.install()
    connect.work()
    assert connect.rutter.calls == []
    assert connect.connection is None


@pytest.mark.figures("Hand-overs whose messages came twice, late or in another order")
def test_messages_may_come_twice_and_in_any_order(connect: Connect, count: Count) -> None:
    connect.install()
    connect.uninstall()
    connect.install()
    messages = list(connect.queue.messages)
    connect.work()
    connect.assert_connected()
    for order in product(messages, repeat=3):
        count()
        connect.queue.messages = [dict(message) for message in order]
        connect.work()
        connect.assert_connected()


def test_a_message_that_comes_while_another_is_worked_on_waits(connect: Connect) -> None:
    connect.install()
    (message,) = connect.queue.messages
    found: list[bool] = []

    def meanwhile(exchange: faults.Exchange) -> Any:
        connect.clock.now -= HOLD_SECONDS
        found.append(connect.deliver(dict(message)))
        return exchange()

    connect.rutter.next_answers.append(meanwhile)
    connect.work()

    assert found == [False]
    assert connect.rutter.calls.count(("POST", "/connections/create")) == 1
    connect.assert_connected()


# Rutter documents that it keeps outcomes by key and recognises stores, not which for this call.
RUTTERS = [(True, True), (True, False), (False, True)]


@pytest.mark.figures("Hand-overs whose answer was lost")
@pytest.mark.parametrize(("keeps_outcomes", "recognises_stores"), RUTTERS)
@pytest.mark.parametrize("fault", [lost, faults.truncated, faults.slow(0.8)])
def test_a_lost_answer_makes_no_second_connection(
    connect: Connect, fault: faults.Fault, *, keeps_outcomes: bool, recognises_stores: bool
) -> None:
    connect.rutter.keeps_outcomes = keeps_outcomes
    connect.rutter.recognises_stores = recognises_stores
    connect.rutter.next_answers.append(fault)
    connect.install()
    connect.work()
    connect.assert_connected()


def connection_from_before(connect: Connect) -> str:
    """The id of a connection that Rutter has of the store, with a token that does not work."""
    old = RutterConnection(connect.rutter.client_id, connect.store.hash, "an-older-token")
    connect.rutter.connections[old.id] = old
    return old.id


@pytest.mark.parametrize(
    "fault", [faults.status(503), faults.rate_limited(5), faults.status(401), faults.reset, lost]
)
def test_a_connection_from_before_is_given_the_token_though_the_first_call_failed(
    connect: Connect, fault: faults.Fault
) -> None:
    connection_from_before(connect)
    connect.rutter.next_answers.append(fault)
    connect.install()
    connect.work()
    connect.assert_connected()


@pytest.mark.parametrize("fault", [faults.status(503), faults.status(401), faults.reset])
def test_an_uninstall_deletes_no_connection_whose_id_is_not_known(
    connect: Connect, fault: faults.Fault
) -> None:
    rutter_settings(connect.backend, connect.app, "delete")
    id_ = connection_from_before(connect)
    connect.rutter.next_answers.append(fault)
    connect.install()
    connect.deliver(connect.queue.messages.pop())
    connect.uninstall()
    connect.work()
    assert id_ in connect.rutter.connections
    assert connect.queue.messages == []


@pytest.mark.parametrize("calls", [1, 2, 3])
def test_a_state_is_found_whatever_it_is_and_no_more_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    paths = ["", "?status=needs_reauth", "?status=disabled"][:calls]
    asked = []

    def call(_: client.Rutter, method: str, path: str) -> dict[str, Any]:
        asked.append((method, path))
        return {"connections": [{"id": "1", "status": "active"}] if len(asked) == calls else []}

    monkeypatch.setattr(client.Rutter, "_call", call)
    assert client.Rutter("https://rutter.invalid", "id", "secret").state("1", None) == "active"
    assert asked == [("GET", f"/connections{query}") for query in paths]


class Ended(BaseException):
    """The function's process ended."""


@pytest.mark.figures("Hand-overs cut off at each of their writes, before and after it was made")
@pytest.mark.parametrize(("keeps_outcomes", "recognises_stores"), RUTTERS)
def test_an_end_at_any_write_makes_no_second_connection_and_no_endless_loop(
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    count: Count,
    *,
    keeps_outcomes: bool,
    recognises_stores: bool,
) -> None:
    connect.rutter.keeps_outcomes = keeps_outcomes
    connect.rutter.recognises_stores = recognises_stores
    write = connection_table.write
    writes = 4  # before the call, after it, and at two looks
    for index, made in product(range(writes), (False, True)):
        count()
        left = index

        def ending(*arguments: Any, made: bool = made) -> bool:
            nonlocal left
            left -= 1
            if left == -1:
                assert not made or write(*arguments)
                raise Ended
            return write(*arguments)

        monkeypatch.setattr(connection_table, "write", ending)
        connect.rutter.connections.clear()
        connect.store = connect.bigcommerce.add_store("Another store")
        connect.install()
        message = connect.queue.messages[0]
        while connect.queue.messages:
            message = connect.queue.messages.pop(0)
            try:
                connect.deliver(message)
            except Ended:
                connect.queue.messages.insert(0, message)
        assert left < 0
        assert len(connect.rutter.of(connect.store.hash)) == 1
        connect.assert_connected()


@pytest.mark.parametrize("status", [400, 409, 410, 450])
def test_what_a_person_must_mend_is_refused_and_not_tried_again(
    connect: Connect, status: int
) -> None:
    connect.rutter.next_answers.append(faults.status(status))
    connect.install()
    connect.work()

    assert connect.queue.pauses == []
    assert connect.connection.state == "refused"
    assert str(status) in connect.connection.reason
    connect.queue.messages = [{"body": json.dumps(_ids(connect)), "receipts": 0}]
    connect.work()
    assert len(connect.rutter.calls) == 1
    connect.ask()
    connect.assert_connected()


def _ids(connect: Connect) -> dict[str, str]:
    return {"organization_id": connect.app.organization_id, "store_hash": connect.store.hash}


@pytest.mark.parametrize(
    ("fault", "pause"),
    [
        (faults.rate_limited(70), 70),
        (faults.status(452), 60),
        (faults.status(503), 5),
        (failed_job(500), 5),
        (faults.reset, 5),
        (faults.html, 5),
        (faults.slow(0.8), 5),
        (faults.status(401), 5),
        (faults.redirected("https://www.example.com"), 5),
    ],
)
def test_what_passes_is_tried_again_after_a_pause(
    connect: Connect, fault: faults.Fault, pause: int
) -> None:
    connect.rutter.next_answers.append(fault)
    connect.install()
    connect.deliver(connect.queue.messages.pop())

    assert connect.queue.pauses == [pause]
    assert connect.connection.state == "pending"
    assert "Rutter" in connect.connection.reason
    connect.work()
    connect.assert_connected()


def test_pauses_grow_and_the_queue_ends_them(connect: Connect, logs: Logs) -> None:
    connect.rutter.next_answers.extend([faults.status(503)] * 12)
    connect.install()
    connect.work(10)
    assert connect.queue.pauses == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    assert logs.last["reason"] == "Rutter answered 503"


def test_a_key_is_new_once_rutter_has_kept_its_outcome(connect: Connect) -> None:
    connect.rutter.next_answers.extend([faults.status(503), failed_job(500)])
    connect.install()
    (message,) = connect.queue.messages
    keys = []
    for _ in range(2):
        connect.deliver(connect.queue.messages.pop())
        keys.append(connect.connection.idempotency_key)
    assert keys[0] != keys[1]
    assert message["receipts"] == 2


def test_who_opens_the_app_is_no_matter_of_rutter(connect: Connect) -> None:
    connect.install()
    connect.work()
    before = connect.backend.item(connect.app, connect.store)
    url = signed_url(connect.app, "load", connect.store, connect.store.staff[0])
    assert connect.backend.get(url).status == 200
    assert connect.forward(before) == []
    assert connect.queue.messages == []


def page(connect: Connect) -> str:
    """The page that the owner sees."""
    url = signed_url(connect.app, "load", connect.store, connect.store.owner)
    return connect.backend.get(url).body


def test_the_page_says_in_a_line_whether_data_flows(connect: Connect) -> None:
    connect.install()
    assert "No data flows yet.</" in page(connect)
    connect.work()
    assert "Data flows: Rutter has the data" in page(connect)
    for state, line in (
        ("unhealthy", "with gaps"),
        ("needs_reauth", "Install the app once more"),
        ("not_ready", "for the first time"),
        ("pending", "No data flows yet.</"),
    ):
        known, revision = connection_table.read(connect.app.organization_id, connect.store.hash)
        assert known is not None
        changed = replace(known, state=state)
        ids = connect.app.organization_id, connect.store.hash
        assert connection_table.write(*ids, changed, revision)
        assert line in page(connect)
    rutter_settings(connect.backend, connect.app, None)
    forget_apps()
    assert "data flows" not in page(connect).lower()


def test_a_change_that_cannot_be_queued_is_where_the_stream_begins_again(connect: Connect) -> None:
    connect.install()
    connect.queue.fails = True
    assert connect.forward(None) == [{"itemIdentifier": "1"}]


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"organization_id": "a/b", "store_hash": "c"}'])
def test_a_message_that_names_no_store_ends_in_the_queue_of_failures(
    connect: Connect, body: str
) -> None:
    assert not connect.deliver({"body": body, "receipts": 0})


def test_a_connection_that_rutter_does_not_know_any_more_is_made_again_when_asked_for(
    connect: Connect,
) -> None:
    connect.install()
    connect.work()
    connect.rutter.connections.clear()
    connect.ask()
    assert connect.connection.state == "disabled"
    connect.queue.messages.clear()
    connect.ask()
    connect.assert_connected()


def test_a_look_from_before_leaves_the_reason_for_which_rutter_refused(connect: Connect) -> None:
    connect.install()
    connect.work()
    connect.rutter.connections.clear()
    connect.ask()
    (look,) = connect.queue.messages
    connect.queue.messages.clear()
    connect.rutter.next_answers.append(faults.status(450))
    connect.ask()
    connect.deliver(look)
    assert connect.connection.state == "refused"
    assert "450" in connect.connection.reason
