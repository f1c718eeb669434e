"""Rutter's webhooks: what Rutter signed triggers a poll, and nothing else has an effect."""

import base64
import json
from dataclasses import dataclass
from typing import Any

import pytest

from lambdas.rutter.webhook import CODES, signature
from lambdas.rutter_webhook import COALESCE_SECONDS
from tests.lambdas.backend import api_event, client, forget_apps, forget_credentials
from tests.lambdas.conftest import Logs
from tests.lambdas.responses import BUSY, UNKNOWN_ORGANIZATION, ExpectedError, Response
from tests.lambdas.rutter import RUTTER_PREFIX, Connect, connect

__all__ = ["connect"]

INVALID_SIGNATURE = ExpectedError(401, "invalid_signature", "could not be verified as Rutter's")


@dataclass
class Webhooks:
    """Rutter's webhooks to the function, next to the one that connects stores."""

    connect: Connect
    monkeypatch: pytest.MonkeyPatch

    def body(self, code: str = "CONNECTION_NEEDS_UPDATE", **others: Any) -> bytes:
        (connection,) = self.connect.rutter.of(self.connect.store.hash)
        event = {"type": "CONNECTION", "code": code, "connection_id": connection.id}
        return json.dumps(event | {"access_token": connection.access_token} | others).encode()

    def send(self, body: bytes, *, in_base64: bool = False) -> Response:
        """Post what is signed with Rutter's secret."""
        headers = {"x-rutter-signature": signature(body, self.connect.rutter.client_secret)}
        sent = base64.b64encode(body) if in_base64 else body
        return self.post(body=sent.decode(), isBase64Encoded=in_base64, headers=headers)

    def post(self, **event: Any) -> Response:
        """Post anything, as a function with the webhooks' environment gets it."""
        whole = api_event(self.connect.app.organization_id, "rutter", "") | event
        with self.monkeypatch.context() as environment:
            environment.setenv("SECRET_PREFIX", RUTTER_PREFIX)
            return self.connect.backend.handle("rutter", whole)


@pytest.fixture
def webhooks(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> Webhooks:
    """An app that takes webhooks, and a store whose data flows."""
    connect.backend.deploy(connect.app, rutter_on_uninstall="keep", rutter_webhooks=True)
    connect.install_and_work()
    connect.assert_connected()
    forget_apps()
    forget_credentials()  # what the callbacks know is another function's
    return Webhooks(connect, monkeypatch)


def is_flagged(webhooks: Webhooks) -> bool:
    webhooks.connect.work()
    return bool(webhooks.connect.connection.state == "needs_reauth")


@pytest.mark.parametrize(
    ("code", "in_base64"),
    [*((code, False) for code in sorted(CODES)), ("CONNECTION_NEEDS_UPDATE", True)],
)
def test_each_code_about_a_connection_triggers_a_poll(
    webhooks: Webhooks, code: str, in_base64: bool
) -> None:
    webhooks.connect.bigcommerce.installations.clear()  # the store's token no longer works

    assert webhooks.send(webhooks.body(code, note="ünïcode"), in_base64=in_base64).status == 200

    assert is_flagged(webhooks)


def test_other_webhooks_have_no_effect(webhooks: Webhooks) -> None:
    for content in (
        {"type": "ORDER"},
        {"type": None},
        {"code": "HISTORICAL_UPDATE"},
        {"code": ["INITIAL_UPDATE"]},
        {"connection_id": "another"},
        {"connection_id": ""},
        {"connection_id": "x" * 4096},
        {"connection_id": {"S": "x"}},
        {"connection_id": "\ud800"},
        *("", "null", "[]", "{}", "not json", "\x00", "[" * 100_000),
    ):
        body = content.encode() if isinstance(content, str) else webhooks.body(**content)
        answer = webhooks.send(body)
        found = (answer.status, answer.json["status"], webhooks.connect.queue.messages)
        assert found == (200, "ok", []), content


def test_a_connection_of_another_organization_is_not_polled(webhooks: Webhooks) -> None:
    """The organization's Rutter signed it, so it may name only the organization's connections."""
    item = {"pk": {"S": "ORG#other#STORE#abc"}, "sk": {"S": "CONNECTION"}}
    client("dynamodb").put_item(
        TableName="installations", Item=item | {"connection_id": {"S": "theirs"}}
    )
    assert webhooks.send(webhooks.body(connection_id="theirs")).status == 200
    assert webhooks.connect.queue.messages == []


def test_forged_webhooks_are_refused_and_not_read(webhooks: Webhooks, logs: Logs) -> None:
    body = webhooks.body()
    right = signature(body, webhooks.connect.rutter.client_secret)
    raw = base64.b64decode(right.removeprefix("sha256="))
    client_secret = webhooks.connect.app.client_secret
    forged: list[object] = [
        *(None, "", "sha256=", right[:-1], f"{right} ", right.removeprefix("sha256="), "é\ud800"),
        *(f"sha256={raw.hex()}", f"sha1={right[7:]}", 7, [right], right.upper()),
        *(signature(body + b" ", webhooks.connect.rutter.client_secret), signature(body, "")),
        signature(body, client_secret),
    ]
    for given in forged:
        headers = {} if given is None else {"x-rutter-signature": given}
        INVALID_SIGNATURE.assert_is(webhooks.post(body=body.decode(), headers=headers), "rutter")
    malformed = {"body": "%%%", "headers": {"x-rutter-signature": right}}
    for event in ({"headers": None}, {"headers": [], "body": 5}, {"isBase64Encoded": True}):
        INVALID_SIGNATURE.assert_is(webhooks.post(**malformed | event), "rutter")
    assert webhooks.connect.queue.messages == []
    assert logs.metrics[-1]["SignatureRefused"] == 1


def test_an_app_without_webhooks_has_no_such_endpoint(webhooks: Webhooks) -> None:
    webhooks.connect.backend.deploy(webhooks.connect.app, rutter_on_uninstall="keep")
    UNKNOWN_ORGANIZATION.assert_is(webhooks.send(webhooks.body()), "rutter")


def test_a_webhook_that_cannot_be_queued_must_be_sent_again(webhooks: Webhooks) -> None:
    webhooks.connect.queue.fails = True
    BUSY.assert_is(webhooks.send(webhooks.body()), "rutter")
    assert webhooks.connect.queue.messages == []


def test_repeated_webhooks_queue_one_poll(webhooks: Webhooks) -> None:
    connect, body = webhooks.connect, webhooks.body()
    sent = len(connect.queue.delays)
    for _ in range(5):
        assert webhooks.send(body).status == 200
    assert connect.queue.delays[sent:] == [COALESCE_SECONDS]
    # The poll runs after the last of them, so that it answers for all.
    connect.bigcommerce.installations.clear()
    assert is_flagged(webhooks)
    connect.clock.advance(COALESCE_SECONDS + 1)
    assert webhooks.send(body).status == 200
    assert len(connect.queue.delays) == sent + 2


def test_a_webhook_whose_message_is_lost_is_handled_by_the_sweep(webhooks: Webhooks) -> None:
    webhooks.connect.bigcommerce.installations.clear()
    assert webhooks.send(webhooks.body()).status == 200
    webhooks.connect.queue.messages.clear()
    webhooks.connect.clock.advance(COALESCE_SECONDS)
    webhooks.connect.sweep()
    assert is_flagged(webhooks)


def test_a_webhook_does_not_wait_for_the_next_poll_of_an_unsettled_connection(
    webhooks: Webhooks,
) -> None:
    connect = webhooks.connect
    connect.install()
    connect.deliver(connect.queue.messages.pop())
    connect.queue.messages.clear()
    forget_credentials()
    assert connect.connection.due > connect.clock.now + COALESCE_SECONDS
    assert webhooks.send(webhooks.body("INITIAL_UPDATE")).status == 200
    assert len(connect.queue.messages) == 1
    connect.queue.messages.clear()
    connect.clock.advance(7 * 86_400)  # overdue, and its message was lost
    assert webhooks.send(webhooks.body("INITIAL_UPDATE")).status == 200
    assert len(connect.queue.messages) == 1
