"""Read the stores' connections at Rutter, and queue stores to be reconciled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lambdas.records import installation_item
from lambdas.records.reconcile_request import Request
from ops.errors import CommandError
from ops.stores.stack import Stack
from ops.stores.store import CONNECTION, Store
from ops.stores.store_table import whole_items
from portal.part_names import RUTTER_FAILED_QUEUE, RUTTER_QUEUE, TABLE

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# The state of a connection whose data is syncing.
ACTIVE = "active"
# What is read of a connection: neither its token nor its key.
_ATTRIBUTES = ("pk", "connection_state", "connection_reason", "connection_id")
# How long a queue must be silent to count as empty.
_WAIT_SECONDS = 2


def with_connections(stack: Stack, stores: Sequence[Store]) -> list[Store]:
    """Return these stores with their connections, without the connections' tokens."""
    keys = [
        installation_item.key(*store.key, CONNECTION)
        for store in stores
        if store.app is not None and store.app.rutter
    ]
    found = {
        installation_item.parts_of_key(item["pk"]): {CONNECTION: item}
        for item in whole_items(stack, keys, *_ATTRIBUTES)
    }
    return [replace(each, items={**each.items, **found.get(each.key, {})}) for each in stores]


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
