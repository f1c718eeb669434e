"""Publishes events about stores: the changes of the table's stream go to an event bus.

Every change is published at least once. If the bus rejects an event, the stream delivers its change
again, with all that follow.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .events.changes import SOURCE, StoreEvent, from_change
from .shared import aws, environment
from .shared.deadline import LambdaContext
from .shared.errors import ServiceUnavailableError
from .shared.log import logger, reason_of

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

# The most entries that EventBridge accepts in one call.
ENTRIES = 10

aws.prepare(aws.events)


def handler(event: Mapping[str, Any], _context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Publish records of the table's stream; return the first to deliver again."""
    published = 0
    for record in event["Records"]:
        change = record["dynamodb"]
        try:
            published += _publish(change)
        except Exception as error:  # whatever it is, later changes must not overtake this one
            logger.error("change not published", reason=reason_of(error))
            return {"batchItemFailures": [{"itemIdentifier": change["SequenceNumber"]}]}
    logger.info("changes published", events=published)
    return {"batchItemFailures": []}


def _publish(change: Mapping[str, Any]) -> int:
    """Publish the events of a change, and return how many."""
    entries = [_entry(event) for event in from_change(change)]
    for start in range(0, len(entries), ENTRIES):
        answer = aws.events().put_events(Entries=entries[start : start + ENTRIES])
        for result in answer["Entries"]:
            if "ErrorCode" in result:
                raise ServiceUnavailableError(f"PutEvents: {result['ErrorCode']}")
    return len(entries)


def _entry(event: StoreEvent) -> "PutEventsRequestEntryTypeDef":
    return {
        "EventBusName": environment.event_bus_name(),
        "Source": SOURCE,
        "DetailType": event.name,
        "Time": event.at,
        "Detail": json.dumps(event.detail),
    }
