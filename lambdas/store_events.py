"""Publishes events about stores: the changes of the table's stream go to an event bus.

Every change is published at least once. If the bus rejects an event, the stream delivers its change
again, with all that follow.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .events.changes import SOURCE, StoreEvent, from_change
from .shared import aws, environment
from .shared.deadline import LambdaContext
from .shared.log import error_location, logger

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

# The most entries that EventBridge accepts in one call.
ENTRIES = 10

# An event, and the sequence number of its change in the stream.
_Numbered = tuple[StoreEvent, str]


class _NotPublishedError(Exception):
    """The stream must start again at `sequence_number`; `reason` is for the log."""

    def __init__(self, sequence_number: str, reason: str) -> None:
        super().__init__(reason)
        self.sequence_number = sequence_number
        self.reason = reason


aws.prepare(aws.events)


def handler(event: Mapping[str, Any], _context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Publish records of the table's stream; return the first to deliver again."""
    try:
        count = _publish(event["Records"])
    except _NotPublishedError as error:
        logger.error("change not published", reason=error.reason)
        return {"batchItemFailures": [{"itemIdentifier": error.sequence_number}]}
    logger.info("changes published", events=count)
    return {"batchItemFailures": []}


def _publish(records: Sequence[Mapping[str, Any]]) -> int:
    """Publish the records in the stream's order, up to one that fails; return how many events."""
    events, unreadable = _read(records)
    for start in range(0, len(events), ENTRIES):
        _put(events[start : start + ENTRIES])
    if unreadable is not None:
        raise unreadable
    return len(events)


def _read(
    records: Sequence[Mapping[str, Any]],
) -> tuple[list[_Numbered], _NotPublishedError | None]:
    """Return the events of the records, up to one that cannot be read."""
    events: list[_Numbered] = []
    for record in records:
        change = record["dynamodb"]
        number = change["SequenceNumber"]
        try:
            events += [(event, number) for event in from_change(change)]
        except Exception as defect:  # whatever it is, the events before it are published
            return events, _NotPublishedError(number, error_location(defect))
    return events, None


def _put(batch: Sequence[_Numbered]) -> None:
    try:
        answer = aws.events().put_events(Entries=[_entry(event) for event, _ in batch])
    except aws.CALL_ERRORS as error:
        raise _NotPublishedError(batch[0][1], aws.failure_reason(error)) from None
    for (_, number), result in zip(batch, answer["Entries"], strict=True):
        if "ErrorCode" in result:
            raise _NotPublishedError(number, f"PutEvents: {result['ErrorCode']}")


def _entry(event: StoreEvent) -> "PutEventsRequestEntryTypeDef":
    return {
        "EventBusName": environment.event_bus_name(),
        "Source": SOURCE,
        "DetailType": event.name,
        "Time": event.at,
        "Detail": json.dumps(event.detail),
    }
