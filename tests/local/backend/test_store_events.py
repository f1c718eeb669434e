"""Events of the deployed program, as a consumer's rule and queue receive them."""

import json
from typing import Any

import pytest

from lambdas.events.changes import SOURCE
from local.backend import LocalBackend
from local.loopback_http import get
from tests.documents import ROOT, blocks
from tests.local.waiting import until
from tests.reliability.lives import Life
from tests.reliability.model import Callback

pytestmark = pytest.mark.emulated

(PATTERN,) = (json.loads(block) for block in blocks("json") if SOURCE in block)
# In the order of their causes.
PUBLISHED = ["InstallationCreated", "UserAdded", "InstallationUpdated", "UserRemoved"]


def listen(backend: LocalBackend, name: str, pattern: dict[str, Any]) -> str:
    """Send the bus's events that match to a new queue; return its URL."""
    aws = backend.emulator.aws
    # The embedded AWS finds a bus by its name alone.
    bus = {"EventBusName": backend.outputs["eventBusArn"].rpartition("/")[2]}
    url = str(aws.sqs.create_queue(QueueName=name)["QueueUrl"])
    queue = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    aws.events.put_rule(Name=name, EventPattern=json.dumps(pattern), **bus)
    target = {"Id": name, "Arn": queue["QueueArn"]}
    assert aws.events.put_targets(Rule=name, Targets=[target], **bus)["FailedEntryCount"] == 0
    return url


def received(backend: LocalBackend, url: str, life: Life, last: str) -> list[dict[str, Any]]:
    """Return the events of a store in a queue, up to one with this name."""
    events: list[dict[str, Any]] = []
    queue = {"QueueUrl": url}

    def is_complete() -> bool:
        answer = backend.emulator.aws.sqs.receive_message(
            **queue, MaxNumberOfMessages=10, WaitTimeSeconds=1
        )
        for message in answer.get("Messages", ()):
            receipt = message["ReceiptHandle"]
            backend.emulator.aws.sqs.delete_message(**queue, ReceiptHandle=receipt)
            event = json.loads(message["Body"])
            if event["detail"]["store_hash"] == life.store.hash:
                events.append(event)
        return any(each["detail-type"] == last for each in events)

    assert until(is_complete), events
    return events


def test_a_consumer_receives_the_events_of_an_install_lifecycle(ready: LocalBackend) -> None:
    from jsonschema import validate  # noqa: PLC0415 (takes a second)

    every = listen(ready, "every", {"source": [SOURCE]})
    app = ready.apps[0]
    shown = listen(ready, "shown", PATTERN)
    life = Life(ready.bigcommerce, app)

    def call(callback: Callback, user: int) -> None:
        life.wait_for_a_new_second()
        statuses, _ = life.deliver(
            [life.issue(callback, user)], lambda delivery: get(delivery.url, 30).status
        )
        assert statuses == (200,)

    for callback, user in (
        (Callback.INSTALL, 0),
        (Callback.LOAD, 1),
        (Callback.INSTALL, 0),
        (Callback.REMOVE_USER, 1),
    ):
        call(callback, user)
    assert until(lambda: ready.connection(app, life.store) == "active")
    call(Callback.UNINSTALL, 0)

    events = received(ready, every, life, "InstallationRemoved")
    names = [each["detail-type"] for each in events]
    installation = [name for name in names if name != "ConnectionChanged"]
    assert installation == [*PUBLISHED, "InstallationRemoved"]
    states = [each["detail"].get("state") for each in events]
    assert "active" in states
    for event in events:
        schema = json.loads((ROOT / f"docs/events/{event['detail-type']}.json").read_text())
        validate(event["detail"], schema)
        assert event["detail"]["organization_id"] == app.organization_id
    ids = [each["detail"]["id"] for each in events]
    assert len(set(ids)) == len(ids)
    assert "@" not in json.dumps(events)

    chosen = received(ready, shown, life, "InstallationRemoved")
    assert [each["detail-type"] for each in chosen] == PATTERN["detail-type"]
