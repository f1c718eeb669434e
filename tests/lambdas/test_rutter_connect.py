"""Connecting stores to Rutter: what each trigger leads to, and what happens when a call fails."""

import json
import socket
from collections.abc import Callable
from threading import Thread
from types import ModuleType
from typing import Any

import pytest

from lambdas.records import installation_table
from lambdas.records.reconcile_request import Trigger
from lambdas.rutter import client, connection_table, sweep
from lambdas.rutter.connection import HOLD_SECONDS, LONGEST_POLL_SECONDS, RETRY_SECONDS
from lambdas.rutter.reconciler import FOLLOW_UP_SECONDS
from local.bigcommerce import faults
from local.rutter import Connection, failed_job, lost
from tests.lambdas.backend import TABLE, forget_apps
from tests.lambdas.backend import client as aws_client
from tests.lambdas.conftest import Logs
from tests.lambdas.rutter import RUTTER_PREFIX, SWEEP_SECONDS, Connect, connect

__all__ = ["connect"]


def test_an_installed_store_is_connected_and_polled_soon_after(connect: Connect) -> None:
    connect.install_and_work()

    connect.assert_connected()
    assert connect.queue.delays == [0, *FOLLOW_UP_SECONDS]
    token = connect.backend.kms.decrypt(
        CiphertextBlob=connect.connection.access_token,
        EncryptionContext={
            "organization_id": connect.app.organization_id,
            "store_hash": connect.store.hash,
            "issuer": "rutter",
        },
    )["Plaintext"]
    assert token.decode() == connect.rutter.of(connect.store.hash)[0].access_token


def test_an_uninstalled_store_keeps_its_connection_for_its_next_token(connect: Connect) -> None:
    connect.install_and_work()
    first = connect.connection
    connect.uninstall()
    connect.work()
    assert (connect.connection.id, connect.connection.state) == (first.id, "needs_reauth")
    connect.install_and_work()

    connect.assert_connected()
    assert connect.connection.id == first.id
    assert connect.connection.connected_generation > first.connected_generation


def test_an_uninstall_deletes_the_connection_if_the_setting_says_so(connect: Connect) -> None:
    connect.backend.deploy(connect.app, rutter_on_uninstall="delete")
    connect.install_and_work()
    connect.uninstall()
    connect.work()

    assert connect.rutter.of(connect.store.hash) == []
    assert connect.connection.state == "deleted"
    assert connect.connection.access_token is None
    connect.install_and_work()
    connect.assert_connected()


def test_an_uninstall_deletes_no_connection_whose_id_is_unknown(connect: Connect) -> None:
    connect.backend.deploy(connect.app, rutter_on_uninstall="delete")
    connect.rutter.next_answers.append(lost)
    connect.install()
    connect.deliver(connect.queue.messages.pop())
    connect.queue.messages.clear()
    connect.uninstall()
    connect.work()

    assert len(connect.rutter.of(connect.store.hash)) == 1
    assert connect.connection.id is None
    assert "DELETE" not in {method for method, _ in connect.rutter.calls}


def test_a_connection_without_an_access_token_is_found_in_rutters_list(connect: Connect) -> None:
    other = Connection("organization", "another-store", "its-token", id="another")
    connect.rutter.connections[other.id] = other
    connect.install_and_work()
    connect.change(access_token=None, state="unhealthy")
    connect.request()

    assert connect.rutter.calls[-1] == ("GET", "/connections")
    assert connect.connection.state == "active"
    del connect.rutter.connections[connect.connection.id]
    connect.request()
    assert connect.connection.state == "disabled"


def test_nothing_is_done_for_an_app_without_rutter(connect: Connect) -> None:
    connect.backend.deploy(connect.app)
    connect.install_and_work()
    assert connect.rutter.calls == []
    assert connect.connection is None


@pytest.mark.parametrize("status", [400, 409, 410, 450])
def test_a_refusal_that_a_person_must_fix_is_not_retried(connect: Connect, status: int) -> None:
    connect.rutter.next_answers.append(faults.status(status))
    connect.install_and_work()

    assert connect.queue.pauses == []
    assert connect.connection.state == "refused"
    assert str(status) in connect.connection.reason
    for trigger in (Trigger.CHANGE, Trigger.SWEEP, Trigger.FOLLOW_UP):
        connect.request(trigger)
    assert len(connect.rutter.calls) == 1
    connect.request(Trigger.OPERATOR)
    connect.assert_connected()


def test_a_failure_with_a_new_token_is_retried_after_a_refusal(connect: Connect) -> None:
    connect.install_and_work()
    connect.rutter.next_answers.append(faults.status(450))
    connect.install_and_work()
    assert connect.connection.state == "refused"
    connect.rutter.next_answers.append(lost)
    connect.install_and_work()
    connect.assert_connected()


def test_an_operators_failed_retry_is_repeated_after_a_refusal(connect: Connect) -> None:
    connect.install_and_work()
    connect.rutter.connections.clear()
    connect.request()
    assert connect.connection.state == "disabled"
    connect.rutter.next_answers.append(faults.status(450))
    connect.request()
    assert connect.connection.state == "refused"
    connect.rutter.next_answers.append(faults.status(503))
    connect.request()
    connect.assert_connected()


@pytest.mark.parametrize(
    ("fault", "pause"),
    [
        (faults.rate_limited(70), 70),
        (faults.status(452), 60),
        (faults.status(503), 5),
        (failed_job(500), 5),
        (faults.reset, 5),
        (faults.truncated, 5),
        (lost, 5),
        (faults.html, 5),
        (faults.slow(0.8), 5),
        (faults.status(401), 5),
        (faults.redirected("https://www.example.com"), 5),
    ],
)
def test_a_temporary_failure_is_retried(connect: Connect, fault: faults.Fault, pause: int) -> None:
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
    connect.install()
    connect.rutter.next_answers.append(faults.status(503))
    connect.deliver(connect.queue.messages.pop())
    assert connect.connection.idempotency_key not in keys  # another token is another call


def test_a_new_user_does_not_concern_rutter(connect: Connect) -> None:
    connect.install_and_work()
    before = connect.item()
    assert connect.get("load", connect.store.staff[0]).status == 200
    assert connect.forward(before) == []
    assert connect.queue.messages == []


def test_the_page_says_whether_data_is_syncing(connect: Connect) -> None:
    connect.install()
    assert "is not syncing yet.</" in connect.get("load").body
    connect.work()
    assert "data is syncing.</" in connect.get("load").body
    for state, line in (
        ("unhealthy", "cannot be read right now"),
        ("needs_reauth", "Reinstall the app"),
        ("not_ready", "for the first time"),
        ("pending", "is not syncing yet.</"),
    ):
        connect.change(state=state)
        assert line in connect.get("load").body
    connect.backend.deploy(connect.app)
    forget_apps()
    assert "syncing" not in connect.get("load").body


def test_the_stream_restarts_at_a_change_that_cannot_be_queued(connect: Connect) -> None:
    connect.install()
    connect.queue.fails = True
    assert connect.forward(None) == [{"itemIdentifier": "1"}]


@pytest.mark.parametrize(
    "body",
    [
        *("", "[]", "{}", '{"organization_id": "a", "store_hash": "c", "trigger": "?"}'),
        '{"organization_id": "a/b", "store_hash": "c", "trigger": "change"}',
    ],
)
def test_a_message_that_names_no_store_fails(connect: Connect, body: str) -> None:
    assert not connect.deliver({"body": body, "receipts": 0})


def test_a_connection_that_rutter_no_longer_has_is_created_again_on_request(
    connect: Connect,
) -> None:
    connect.install_and_work()
    connect.rutter.connections.clear()
    connect.request()
    assert connect.connection.state == "disabled"
    connect.request()
    connect.assert_connected()


@pytest.mark.parametrize("status", [{"is": "active"}, ["active"], 7, None, "unheard of"])
def test_a_status_of_another_shape_counts_as_unknown(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, status: object
) -> None:
    monkeypatch.setattr(connect.rutter, "state", lambda _: status)
    connect.install_and_work()
    assert connect.connection.state == "not_ready"
    assert connect.queue.pauses == []


# What one invocation has read is out of date when it acts.


def pause_after_reading(
    table: ModuleType, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None]
) -> None:
    """Have something happen once, after an invocation read from this table."""
    read = table.read

    def pausing(*ids: str) -> Any:
        found = read(*ids)
        monkeypatch.setattr(table, "read", read)
        meanwhile()
        return found

    monkeypatch.setattr(table, "read", pausing)


@pytest.mark.parametrize("table", [connection_table, installation_table])
def test_a_slow_invocation_does_not_replace_the_newer_of_two_tokens(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, table: ModuleType
) -> None:
    connect.install()
    slow = connect.queue.messages.pop()
    pause_after_reading(table, monkeypatch, connect.install_and_work)
    connect.deliver(slow)
    connect.work()
    connect.assert_connected()


# Whose connection, and whose credentials.


def test_a_connection_that_another_app_uses_is_not_deleted(connect: Connect, logs: Logs) -> None:
    connect.backend.deploy(connect.app, rutter_on_uninstall="delete")
    connect.install_and_work()
    item = connection_table.key("another-app", connect.store.hash)
    shared = item | {"connection_id": {"S": connect.connection.id}}
    aws_client("dynamodb").put_item(TableName=TABLE, Item=shared)
    connect.uninstall()
    connect.work()

    assert len(connect.rutter.of(connect.store.hash)) == 1
    assert connect.connection.state == "deleted"
    assert "another app" in connect.connection.reason
    assert "another app of the stack uses it" in logs.text


def test_rutter_gets_fresh_credentials(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    connect.install()  # which reads and caches them
    app = connect.app
    corrected = {"client_id": app.client_id, "client_secret": "the-corrected-secret"}
    connect.backend.put_credentials(app.organization_id, corrected)
    given: list[str] = []
    create = client.Rutter.create

    def noting(rutter: client.Rutter, *arguments: Any, **options: Any) -> Any:
        given.append(arguments[2].client_secret)
        return create(rutter, *arguments, **options)

    monkeypatch.setattr(client.Rutter, "create", noting)
    connect.work()
    assert given == ["the-corrected-secret"]


def test_a_malformed_header_does_not_put_a_token_into_the_log(
    connect: Connect, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """urllib3 warns of such an answer, and quotes the URL with the token in its query."""
    connect.install_and_work()
    body = json.dumps({"connection": {"id": connect.connection.id, "status": "unhealthy"}})
    answer = f"HTTP/1.1 200 OK\r\nBad Header\r\nX: y\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    listener = socket.create_server(("127.0.0.1", 0))

    def answer_once() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer.encode())

    thread = Thread(target=answer_once)
    thread.start()
    monkeypatch.setenv("RUTTER_BASE_URL", f"http://127.0.0.1:{listener.getsockname()[1]}")
    connect.request()
    thread.join()
    listener.close()

    assert connect.connection.state == "unhealthy"
    assert "urllib3" not in {record.name.partition(".")[0] for record in caplog.records}


@pytest.mark.parametrize("trigger", list(Trigger))
def test_a_store_of_another_client_id_is_not_connected(connect: Connect, trigger: Trigger) -> None:
    connect.install()
    connect.queue.messages.clear()
    credentials = {"client_id": "the-new-one", "client_secret": "its-secret"}
    connect.backend.put_credentials(connect.app.organization_id, credentials)
    connect.request(trigger)

    assert connect.rutter.calls == []
    assert connect.connection.state == "refused"
    assert "another client ID" in connect.connection.reason


# The sweep.


def test_a_store_whose_messages_were_lost_is_connected_by_the_sweep(connect: Connect) -> None:
    connect.install()
    connect.queue.messages.clear()
    connect.sweep()
    assert connect.queue.messages == []  # its message may still be on the way
    connect.clock.advance(60)
    connect.sweep()
    connect.work()

    assert connect.connection.state == "not_ready"
    assert len(connect.queue.delays) == 2  # no follow-up: the sweep polls what it connected
    connect.clock.advance(SWEEP_SECONDS)
    connect.sweep()
    connect.work()
    connect.clock.advance(LONGEST_POLL_SECONDS)
    connect.sweep()
    connect.work()
    connect.assert_connected()
    assert list(connection_table.due(connect.ids[0], connect.clock.now + 10**9)) == []


def test_a_store_that_is_being_retried_is_not_queued_by_the_sweep_too(connect: Connect) -> None:
    connect.rutter.next_answers.append(faults.status(503))
    connect.install()
    connect.deliver(connect.queue.messages.pop())
    assert len(connect.queue.messages) == 1
    connect.clock.advance(RETRY_SECONDS - HOLD_SECONDS - 10)
    connect.sweep()
    assert len(connect.queue.messages) == 1


@pytest.mark.parametrize("trigger", [Trigger.SWEEP, Trigger.CHANGE, Trigger.FOLLOW_UP])
def test_a_failed_poll_is_retried_whatever_its_trigger(connect: Connect, trigger: Trigger) -> None:
    connect.install()
    connect.deliver(connect.queue.messages.pop())
    connect.queue.messages.clear()
    connect.clock.advance(SWEEP_SECONDS)
    connect.rutter.next_answers.extend([faults.status(503)] * 2)
    polls = len(connect.rutter.calls)
    connect.request(trigger)
    assert connect.queue.pauses == [5, 10]
    assert len(connect.rutter.calls) == polls + 3


def test_a_poll_that_fails_for_any_reason_is_not_queued_again_by_the_sweep(
    connect: Connect,
) -> None:
    connect.install()
    connect.deliver(connect.queue.messages.pop())
    connect.queue.messages.clear()
    name = RUTTER_PREFIX + connect.app.organization_id
    aws_client("secretsmanager").put_secret_value(SecretId=name, SecretString="malformed")
    connect.clock.advance(SWEEP_SECONDS)
    connect.sweep()
    assert not connect.deliver(connect.queue.messages.pop())
    for _ in range(5):
        connect.clock.advance(SWEEP_SECONDS)
        connect.sweep()
    assert len(connect.queue.messages) == 1


def test_a_follow_up_does_not_take_a_webhooks_poll_off_the_list(connect: Connect) -> None:
    connect.install_and_work()
    connect.assert_connected()
    assert connection_table.queue_poll(*connect.ids, now=connect.clock.now, seconds=5)
    connect.bigcommerce.installations.clear()
    connect.clock.advance(5)
    connect.request(Trigger.FOLLOW_UP)
    assert connect.connection.state == "needs_reauth"


def test_a_conflict_with_a_lost_call_is_retried_with_another_key(connect: Connect) -> None:
    """Rutter answers 409 if a key is repeated with another body, here with a rotated secret."""
    connect.rutter.next_answers.append(lost)
    connect.install()
    assert not connect.deliver(connect.queue.messages.pop())
    rotated = {"client_id": connect.app.client_id, "client_secret": "the-rotated-secret"}
    connect.backend.put_credentials(connect.app.organization_id, rotated)
    connect.work()
    connect.assert_connected()
    # Lost, refused because the secret is read at each call, and accepted.
    assert connect.rutter.calls.count(("POST", "/connections/create")) == 3


def test_the_sweep_queues_nothing_while_the_queue_is_full(connect: Connect) -> None:
    connect.install()
    connect.clock.advance(60)
    limit = sweep.STORES_PER_SECOND * SWEEP_SECONDS
    waiting = connect.queue.messages * limit
    connect.queue.messages = list(waiting)
    connect.sweep()
    assert len(connect.queue.messages) == limit


def test_the_sweep_takes_apps_in_turn(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "STORES_PER_SECOND", 1)
    seconds = 20
    for app, number in {"large": seconds + 5, "small": 2}.items():
        for index in range(number):
            item = connection_table.key(app, f"store{index}")
            keys = {"connection_app": {"S": app}, "connection_due": {"N": str(index)}}
            aws_client("dynamodb").put_item(TableName=TABLE, Item=item | keys)

    assert sweep.sweep(["large", "small"], now=connect.clock.now, seconds=seconds) == seconds

    queued = [json.loads(each["body"])["organization_id"] for each in connect.queue.messages]
    assert queued[:5] == ["large", "small"] * 2 + ["large"]
    assert connect.queue.delays == list(range(seconds))
