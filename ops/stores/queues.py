"""The queue of stores to reconcile with Rutter, and its dead-letter queue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.records.reconcile_request import Request
from ops.errors import CommandError
from ops.stores.stack import Stack
from portal.part_names import RUTTER_FAILED_QUEUE, RUTTER_QUEUE, TABLE

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# How long a queue must be silent to count as empty.
_WAIT_SECONDS = 2


@dataclass(frozen=True)
class Queues:
    """The queue of stores to reconcile, and its dead-letter queue."""

    sqs: "SQSClient"
    waiting_url: str
    failed_url: str

    @classmethod
    def of(cls, stack: Stack) -> "Queues":
        """Return the stack's queues, or raise CommandError if it has none."""
        if not any(app.rutter for app in stack.apps.values()):
            raise CommandError(
                "No app of the stack has Rutter. Set apps[i].rutter.clientId and "
                f"rutterClientSecrets, then run {stack.commands.up}"
            )
        prefix = stack.table_name.removesuffix(TABLE)
        urls = [
            stack.sqs.get_queue_url(QueueName=prefix + name)["QueueUrl"]
            for name in (RUTTER_QUEUE, RUTTER_FAILED_QUEUE)
        ]
        return cls(stack.sqs, *urls)

    def send(self, request: Request) -> None:
        """Queue a store to be reconciled."""
        self.sqs.send_message(QueueUrl=self.waiting_url, MessageBody=request.as_message())

    def failed(self) -> Iterator[Any]:
        """Yield the messages of the dead-letter queue until it is empty; `delete` each."""
        while True:
            answer = self.sqs.receive_message(
                QueueUrl=self.failed_url, MaxNumberOfMessages=10, WaitTimeSeconds=_WAIT_SECONDS
            )
            if not answer.get("Messages"):
                return
            yield from answer["Messages"]

    def delete(self, message: Mapping[str, Any]) -> None:
        """Delete a message of the dead-letter queue."""
        self.sqs.delete_message(QueueUrl=self.failed_url, ReceiptHandle=message["ReceiptHandle"])
