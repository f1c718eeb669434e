"""The stores' connections at Rutter, and the queues of stores to reconcile."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from components.part_names import RUTTER_FAILED_QUEUE, RUTTER_QUEUE, TABLE
from lambdas.records import installation_item
from lambdas.rutter.requests import Request
from ops.errors import CommandError
from ops.stores.stack import Stack
from ops.stores.store import CONNECTION, Store
from ops.stores.store_table import listed, whole_items
from portal.sheet.live import NOT_CONNECTED

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# The state of a connection, without its token and its key.
_ATTRIBUTES = ("pk", "connection_state", "connection_reason", "connection_id")
# How long a queue must be silent to count as empty.
_WAIT_SECONDS = 2


def with_connections(stack: Stack, stores: Sequence[Store]) -> list[Store]:
    """Return these stores with their connections, without the connections' tokens."""
    keys = [
        installation_item.key(store.organization_id, store.store_hash, CONNECTION)
        for store in stores
        if store.app is not None and store.app.rutter
    ]
    found = {
        installation_item.parts_of_key(item["pk"]): item
        for item in whole_items(stack, keys, *_ATTRIBUTES)
    }
    return [
        replace(store, items={**store.items, CONNECTION: found[store.key]})
        if store.key in found
        else store
        for store in stores
    ]


def count_connections(
    stack: Stack, organization_ids: Sequence[str]
) -> Mapping[str, Mapping[str, int]]:
    """Return how many installed stores of each app have a connection in each state."""
    counts: dict[str, Counter[str]] = {id_: Counter() for id_ in organization_ids}
    stores = [store for store in listed(stack, organization_ids) if store.is_installed]
    for store in with_connections(stack, [store for store in stores if store.is_current]):
        counts[store.organization_id][store.connection_state or NOT_CONNECTED] += 1
    return counts


@dataclass(frozen=True)
class Queues:
    """The queue of stores to reconcile, and its dead-letter queue."""

    sqs: "SQSClient"
    waiting_url: str
    failed_url: str

    @classmethod
    def of(cls, stack: Stack) -> "Queues":
        """Return the stack's queues.

        Raises:
            CommandError: the stack has none.
        """
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
