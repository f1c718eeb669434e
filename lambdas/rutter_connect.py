"""Connects installed stores to Rutter, and follows how their connections fare.

The table's stream says that a store's token or status changed, and becomes a message of a queue;
the queue gives one message at a time. So a store that Rutter makes wait does not hold up the
others, and one for which nothing helps ends in the queue of what failed, with nothing lost.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from .rutter import tasks
from .rutter.attention import TryAgainError, attend
from .rutter.tasks import Task
from .shared import aws, environment, https
from .shared.deadline import DeadlineExceededError, LambdaContext, within
from .shared.errors import CallbackError
from .shared.log import logger, place_of

# What a function needs after the deadline: to write the log and to say what failed.
RESERVE_SECONDS = 2.0
FIRST_PAUSE_SECONDS = 5
LONGEST_PAUSE_SECONDS = 900

Failures = dict[str, list[dict[str, str]]]


aws.prepare(aws.dynamodb, aws.secretsmanager, aws.kms, aws.sqs, https.client)


def handler(event: Mapping[str, Any], context: LambdaContext) -> Failures:
    """Take records of the stream or messages of the queue; give those to be delivered again."""
    records = event["Records"]
    take = _forward if records[0]["eventSource"] == "aws:dynamodb" else partial(_attend, context)
    return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in take(records)]}


def _forward(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Put what matters of a stream into the queue; gives where the stream is to begin again."""
    for record in records:
        try:
            task = tasks.from_change(record["dynamodb"])
            if task is not None:
                tasks.send(task)
        except Exception as error:  # whatever it is, what follows must not overtake it
            logger.error("change not taken", reason=_reason(error))
            yield record["dynamodb"]["SequenceNumber"]
            return


def _attend(context: LambdaContext, messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Attend to the store of each message; gives the messages to be seen again."""
    for message in messages:
        seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
        try:
            within(seconds, partial(_attend_to, message))
        except (Exception, DeadlineExceededError) as error:
            pause = _pause(int(message["attributes"]["ApproximateReceiveCount"]), error)
            logger.error("store not attended to", reason=_reason(error), again_in_seconds=pause)
            _show_again_after(pause, message)
            yield message["messageId"]
        finally:
            logger.remove_keys()


def _attend_to(message: Mapping[str, Any]) -> None:
    task = Task.from_message(message["body"])
    logger.append_keys(organization_id=task.organization_id, store_hash=task.store_hash)
    step = attend(task)
    logger.info("store attended to", step=step)


def _pause(receipts: int, error: BaseException) -> int:
    """Seconds until a message is seen again: longer each time, and as long as Rutter asks for."""
    doubled = FIRST_PAUSE_SECONDS << min(receipts - 1, 10)
    asked = error.seconds if isinstance(error, TryAgainError) else 0
    return max(min(doubled, LONGEST_PAUSE_SECONDS), asked)


def _show_again_after(seconds: int, message: Mapping[str, Any]) -> None:
    try:
        aws.sqs().change_message_visibility(
            QueueUrl=environment.rutter_queue_url(),
            ReceiptHandle=message["receiptHandle"],
            VisibilityTimeout=seconds,
        )
    except aws.CALL_ERRORS as error:  # it is seen again after the queue's own time
        logger.warning("pause not set", reason=aws.failure_reason(error))


def _reason(error: BaseException) -> str:
    """Why, without an error's text: that may quote a token."""
    if isinstance(error, TryAgainError | CallbackError):
        return error.reason
    if isinstance(error, (*aws.CALL_ERRORS, DeadlineExceededError)):
        return aws.failure_reason(error)
    return place_of(error)
