"""Queue requests to reconcile stores, and read them from the table's stream."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..records.installation_item import parts_of_key
from ..records.reconcile_request import Request
from ..shared import aws, environment
from ..shared.errors import ServiceUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_sqs.literals import QueueAttributeNameType

# The most messages that SQS takes in one call.
BATCH = 10

_COUNTS: tuple["QueueAttributeNameType", ...] = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
)


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
