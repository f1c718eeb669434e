"""Connects installed stores to Rutter, and keeps Rutter's side in line with the stores' records.

The function has three event sources. Changes from the table's stream become messages of its queue,
and so do the stores that a scheduled sweep finds. The queue delivers one store at a time, so a
store that waits for Rutter does not delay the others. A store that keeps failing ends in the
dead-letter queue.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from .records.reconcile_request import Request
from .rutter import requests
from .rutter.reconciler import RetryLaterError, reconcile
from .rutter.sweep import sweep
from .shared import aws, environment, https
from .shared.deadline import DeadlineExceededError, LambdaContext, within
from .shared.log import logger, reason_of

# What the function needs after the deadline: to log and to report what failed.
RESERVE_SECONDS = 2.0
FIRST_PAUSE_SECONDS = 5
LONGEST_PAUSE_SECONDS = 900

Failures = dict[str, list[dict[str, str]]]


aws.prepare(aws.dynamodb, aws.secretsmanager, aws.kms, aws.sqs, https.client)


def handler(event: Mapping[str, Any], context: LambdaContext) -> Failures:
    """Handle records of the stream, messages of the queue, or the schedule's event.

    Returns the records and messages to deliver again.
    """
    if "sweep" in event:
        queued = sweep(event["sweep"], now=int(time.time()), seconds=event["seconds"])
        logger.info("stores queued", stores=queued)
        return {"batchItemFailures": []}
    records = event["Records"]
    is_stream = records[0]["eventSource"] == "aws:dynamodb"
    failed = _forward(records) if is_stream else _reconcile(context, records)
    return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in failed]}


def _forward(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Queue the stores of a stream's records; yields where the stream must start again."""
    for record in records:
        try:
            request = requests.from_change(record["dynamodb"])
            if request is not None:
                requests.send([(request, 0)])
        except Exception as error:  # whatever it is, later changes must not overtake this one
            logger.error("change not queued", reason=reason_of(error))
            yield record["dynamodb"]["SequenceNumber"]
            return


def _reconcile(context: LambdaContext, messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Reconcile the store of each message; yields the messages to deliver again."""
    for message in messages:
        seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
        try:
            within(seconds, partial(_reconcile_one, message))
        except (Exception, DeadlineExceededError) as error:
            pause = _pause(int(message["attributes"]["ApproximateReceiveCount"]), error)
            logger.error("store not reconciled", reason=reason_of(error), retry_in_seconds=pause)
            _deliver_again_in(pause, message)
            yield message["messageId"]
        finally:
            logger.remove_keys()


def _reconcile_one(message: Mapping[str, Any]) -> None:
    retried = int(message["attributes"]["ApproximateReceiveCount"]) > 1
    request = Request.from_message(message["body"])
    logger.append_keys(organization_id=request.organization_id, store_hash=request.store_hash)
    step = reconcile(request, retried=retried)
    logger.info("store reconciled", trigger=request.trigger, step=step)


def _pause(receives: int, error: BaseException) -> int:
    """Seconds until a message is delivered again: doubling, and at least what Rutter asks for."""
    doubled = FIRST_PAUSE_SECONDS << min(receives - 1, 10)
    requested = error.seconds if isinstance(error, RetryLaterError) else 0
    return max(min(doubled, LONGEST_PAUSE_SECONDS), requested)


def _deliver_again_in(seconds: int, message: Mapping[str, Any]) -> None:
    try:
        aws.sqs().change_message_visibility(
            QueueUrl=environment.rutter_queue_url(),
            ReceiptHandle=message["receiptHandle"],
            VisibilityTimeout=seconds,
        )
    except aws.CALL_ERRORS as error:  # the queue's own timeout applies
        logger.warning("retry not delayed", reason=aws.failure_reason(error))
