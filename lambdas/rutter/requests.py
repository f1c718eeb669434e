"""Requests to reconcile a store, as messages of the queue.

A message names a store, and never what to do there: the store's record says that when the message
is received. So messages may arrive twice, late or in any order.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ..records.installation_item import key, parts_of_key
from ..shared import aws, environment
from ..shared.errors import ServiceUnavailableError
from .connection import Trigger

if TYPE_CHECKING:
    from mypy_boto3_sqs.literals import QueueAttributeNameType

# The most messages that SQS takes in one call.
BATCH = 10


_COUNTS: tuple["QueueAttributeNameType", ...] = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
)


@dataclass(frozen=True)
class Request:
    """A store to reconcile, and why."""

    organization_id: str
    store_hash: str
    trigger: Trigger = Trigger.CHANGE

    @classmethod
    def from_message(cls, body: str) -> "Request":
        """Read a message's body.

        Raises:
            ValueError, KeyError, TypeError: it is malformed.
        """
        content = json.loads(body)
        partition_key = key(content["organization_id"], content["store_hash"])["pk"]["S"]
        # Validates both, so that nothing else becomes part of a key.
        return cls(*parts_of_key(partition_key), Trigger(content["trigger"]))

    def as_message(self) -> str:
        """Return the message's body: JSON."""
        return json.dumps(asdict(self))


def from_change(image: Mapping[str, Any]) -> Request | None:
    """Return the store of a change in the table's stream, in DynamoDB's JSON.

    Returns None if the change has neither another token nor another status: users do not matter.
    """
    before, after = image.get("OldImage", {}), image["NewImage"]
    matters = ("status", "granted_at_ms", "client_id")
    if all(before.get(name) == after.get(name) for name in matters):
        return None
    return Request(*parts_of_key(image["Keys"]["pk"]["S"]))


def waiting() -> int:
    """Return about how many requests the queue has: visible, delayed, or being handled."""
    answer = aws.sqs().get_queue_attributes(
        QueueUrl=environment.rutter_queue_url(), AttributeNames=list(_COUNTS)
    )
    return sum(int(answer["Attributes"][name]) for name in _COUNTS)


def send(delayed: Sequence[tuple[Request, int]]) -> None:
    """Queue requests, each to be received after this many seconds (at most 900).

    Raises:
        ServiceUnavailableError: SQS did not take one of them.
    """
    for start in range(0, len(delayed), BATCH):
        answer = aws.sqs().send_message_batch(
            QueueUrl=environment.rutter_queue_url(),
            Entries=[
                {"Id": str(index), "MessageBody": request.as_message(), "DelaySeconds": delay}
                for index, (request, delay) in enumerate(delayed[start : start + BATCH])
            ],
        )
        if answer.get("Failed"):
            raise ServiceUnavailableError(f"SendMessageBatch: {answer['Failed'][0]['Code']}")
