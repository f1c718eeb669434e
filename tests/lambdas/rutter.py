"""The function that connects stores, with the table's stream, its queue and a simulated Rutter."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from lambdas import rutter_connect
from lambdas.records.reconcile_request import Request, Trigger
from lambdas.rutter import client, connection_table
from lambdas.rutter.connection import HOLD_SECONDS
from lambdas.shared import aws as clients
from local.rutter import Rutter, serve_rutter
from tests.lambdas.backend import CONNECTION_INDEX, DUE_INDEX, Callbacks, Countdown
from tests.lambdas.backend import client as aws_client
from tests.lambdas.conftest import Clock

RUTTER_PREFIX = "bigcommerce/test/rutter/"
SWEEP_SECONDS = 300


@dataclass
class Queue:
    """A simulated SQS queue; messages are received when `Connect.work` says so."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    delays: list[int] = field(default_factory=list)
    pauses: list[int] = field(default_factory=list)
    fails: bool = False

    def send_message_batch(self, **batch: Any) -> dict[str, Any]:
        if self.fails:
            raise EndpointConnectionError(endpoint_url=batch["QueueUrl"])
        for entry in batch["Entries"]:
            self.delays.append(entry["DelaySeconds"])
            self.messages.append({"body": entry["MessageBody"], "receipts": 0})
        return {}

    def get_queue_attributes(self, **_: Any) -> dict[str, Any]:
        counts = dict.fromkeys(
            (f"ApproximateNumberOfMessages{each}" for each in ("Delayed", "NotVisible")), "0"
        )
        return {"Attributes": counts | {"ApproximateNumberOfMessages": str(len(self.messages))}}

    def change_message_visibility(self, **change: Any) -> None:
        self.pauses.append(change["VisibilityTimeout"])


@dataclass
class Connect(Callbacks):
    """The function between the table's stream, its queue and Rutter."""

    rutter: Rutter
    queue: Queue
    clock: Clock

    def install(self) -> None:
        self._callback("redirect-url")

    def install_and_work(self) -> None:
        self.install()
        self.work()

    def uninstall(self) -> None:
        del self.bigcommerce.installations[self.app.client_id, self.store.hash]
        self._callback("uninstall")

    def _callback(self, callback: str) -> None:
        self.clock.advance(1)
        before = self.item()
        assert self.get(callback).status == 200
        assert self.forward(before) == []

    def forward(self, before: dict[str, Any] | None) -> list[dict[str, str]]:
        """Tell the function of the record's change, as the stream does."""
        after = self.item()
        assert after is not None
        change = {
            "Keys": {name: after[name] for name in ("pk", "sk")},
            "NewImage": after,
            **({"OldImage": before} if before else {}),
            "SequenceNumber": "1",
        }
        event = {"Records": [{"eventSource": "aws:dynamodb", "dynamodb": change}]}
        return rutter_connect.handler(event, Countdown(29))["batchItemFailures"]

    def work(self, limit: int = 20) -> None:
        """Deliver messages until none is left; one that fails is delivered again, last."""
        for _ in range(limit):
            if not self.queue.messages:
                return
            self.deliver(self.queue.messages.pop(0))

    def deliver(self, message: dict[str, Any]) -> bool:
        """Deliver a message after all pauses are over; whether it is done with."""
        self.clock.advance(HOLD_SECONDS)
        message["receipts"] += 1
        record = {
            "eventSource": "aws:sqs",
            "messageId": "m",
            "receiptHandle": "r",
            "body": message["body"],
            "attributes": {"ApproximateReceiveCount": str(message["receipts"])},
        }
        if rutter_connect.handler({"Records": [record]}, Countdown(29))["batchItemFailures"]:
            self.queue.messages.append(message)
            return False
        return True

    def request(self, trigger: Trigger = Trigger.OPERATOR) -> None:
        """Have the store reconciled, as an operator does."""
        message = Request(*self.ids, trigger).as_message()
        self.queue.messages.append({"body": message, "receipts": 0})
        self.work()

    def sweep(self) -> None:
        event = {"sweep": [self.app.organization_id], "seconds": SWEEP_SECONDS}
        assert rutter_connect.handler(event, Countdown(29)) == {"batchItemFailures": []}

    @property
    def ids(self) -> tuple[str, str]:
        return self.app.organization_id, self.store.hash

    @property
    def connection(self) -> Any:
        found, _ = connection_table.read(*self.ids)
        return found

    def change(self, **changes: Any) -> None:
        known, revision = connection_table.read(*self.ids)
        assert known is not None
        assert connection_table.write(*self.ids, replace(known, **changes), revision)

    def assert_connected(self) -> None:
        """There is one connection, with the store's present token, and data flows."""
        (connection,) = self.rutter.of(self.store.hash)
        installation = self.bigcommerce.installation(self.app, self.store)
        assert installation is not None
        assert connection.store_token == installation.access_token
        assert (self.connection.id, self.connection.state) == (connection.id, "active")
        assert self.connection.reason is None
        assert self.queue.messages == []


@pytest.fixture
def connect(
    callbacks: Callbacks, clock: Clock, secrets: set[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Connect]:
    app = callbacks.app

    def is_token(store_hash: str, token: str) -> bool:
        installation = callbacks.bigcommerce.installations.get((app.client_id, store_hash))
        return installation is not None and installation.access_token == token

    rutter, queue = Rutter(is_token), Queue()
    rutter.synced_at_poll = 2
    secrets.add(rutter.client_secret)
    secret = {"client_id": rutter.client_id, "client_secret": rutter.client_secret}
    name = RUTTER_PREFIX + app.organization_id
    aws_client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(secret))
    callbacks.backend.deploy(app, rutter_on_uninstall="keep")
    with serve_rutter(rutter) as server:
        monkeypatch.setenv("RUTTER_BASE_URL", server.url)
        monkeypatch.setenv("RUTTER_SECRET_PREFIX", RUTTER_PREFIX)
        monkeypatch.setenv("CONNECTION_INDEX", CONNECTION_INDEX)
        monkeypatch.setenv("DUE_INDEX", DUE_INDEX)
        monkeypatch.setenv("RUTTER_QUEUE_URL", "https://sqs.invalid/queue")
        monkeypatch.setattr(clients, "sqs", lambda: queue)
        monkeypatch.setattr(client, "TIMEOUT", 0.5)
        yield Connect(**vars(callbacks), rutter=rutter, queue=queue, clock=clock)
        secrets.update(each.access_token for each in rutter.connections.values())
