"""Tells other consumers what happens to stores: the table's changes become events on a bus.

A change may be told twice, and none is left out: what the bus does not take, the stream delivers
again, with all that follows it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .events.changes import SOURCE, StoreEvent, from_change
from .shared import aws, environment
from .shared.deadline import LambdaContext
from .shared.log import error_location, logger

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

# What EventBridge takes in one call.
ENTRIES = 10


class _NotToldError(Exception):
    """A change could not be told.

    Attributes:
        sequence_number: where the stream is to begin again.
        reason: why, for the log.
    """

    def __init__(self, sequence_number: str, reason: str) -> None:
        super().__init__(reason)
        self.sequence_number = sequence_number
        self.reason = reason


@dataclass(frozen=True)
class _Told:
    """An event, and the place in the stream of the change that it tells."""

    event: StoreEvent
    sequence_number: str


aws.prepare(aws.events)


def handler(event: Mapping[str, Any], _context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Tell of records of the table's stream; give the first that is to be delivered again."""
    try:
        count = _tell(event["Records"])
    except _NotToldError as error:
        logger.error("change not told", reason=error.reason)
        return {"batchItemFailures": [{"itemIdentifier": error.sequence_number}]}
    logger.info("changes told", events=count)
    return {"batchItemFailures": []}


def _tell(records: Sequence[Mapping[str, Any]]) -> int:
    """Tell of each record, in the stream's order; gives how many events that were.

    Raises:
        _NotToldError: one could not be told, and those after it are not tried.
    """
    told, unreadable = _read(records)
    for start in range(0, len(told), ENTRIES):
        _put(told[start : start + ENTRIES])
    if unreadable is not None:
        raise unreadable
    return len(told)


def _read(records: Sequence[Mapping[str, Any]]) -> tuple[list[_Told], _NotToldError | None]:
    """The events of records, up to one that cannot be read, if there is one."""
    told: list[_Told] = []
    for record in records:
        change = record["dynamodb"]
        place = change["SequenceNumber"]
        try:
            told += [_Told(event, place) for event in from_change(change)]
        except Exception as defect:  # whatever it is, what came before it is told
            return told, _NotToldError(place, error_location(defect))
    return told, None


def _put(batch: Sequence[_Told]) -> None:
    """Put events on the bus.

    Raises:
        _NotToldError: the bus did not take all of them; names the first that it did not.
    """
    try:
        answer = aws.events().put_events(Entries=[_entry(told.event) for told in batch])
    except aws.CALL_ERRORS as error:
        raise _NotToldError(batch[0].sequence_number, aws.failure_reason(error)) from None
    for told, result in zip(batch, answer["Entries"], strict=True):
        if "ErrorCode" in result:
            raise _NotToldError(told.sequence_number, f"PutEvents: {result['ErrorCode']}")


def _entry(event: StoreEvent) -> "PutEventsRequestEntryTypeDef":
    return {
        "EventBusName": environment.event_bus_name(),
        "Source": SOURCE,
        "DetailType": event.name,
        "Time": event.at,
        "Detail": json.dumps(event.detail),
    }
