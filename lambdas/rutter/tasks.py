"""What is to be looked at: a message of the queue names a store, and never what to do there.

What to do is told by the store's record as it is when the message is taken, so that messages may
come twice, late or in any order.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..records.installation_item import key, parts_of_key
from ..shared import aws, environment


@dataclass(frozen=True)
class Task:
    """A store to look at.

    Attributes:
        organization_id: the app.
        store_hash: the store.
        asked: whether a person asked for it.
        told: whether Rutter told that something happened to the connection.
        look: which of the looks at a connection's state it is, from 1; 0 where something happened.
    """

    organization_id: str
    store_hash: str
    asked: bool = False
    told: bool = False
    look: int = 0

    @classmethod
    def from_message(cls, body: str) -> "Task":
        """Read a message.

        Raises:
            ValueError, KeyError, TypeError: it is none of these.
        """
        content = json.loads(body)
        partition_key = key(content["organization_id"], content["store_hash"])["pk"]["S"]
        asked, told = (content.get(name) is True for name in ("asked", "told"))
        ids = parts_of_key(partition_key)  # which lets nothing else become part of a key
        return cls(*ids, asked=asked, told=told, look=int(content.get("look", 0)))

    def as_message(self) -> str:
        """The message's body: JSON."""
        content: dict[str, Any] = {
            "organization_id": self.organization_id,
            "store_hash": self.store_hash,
        }
        content |= {name: True for name in ("asked", "told") if getattr(self, name)}
        if self.look:
            content["look"] = self.look
        return json.dumps(content)


def from_change(image: Mapping[str, Any]) -> Task | None:
    """The store of a change in the table's stream, in DynamoDB's JSON; None where nothing matters.

    What matters is another token or status: not who may open the app.

    Raises:
        ValueError, KeyError: it is no change of a store's record.
    """
    before, after = image.get("OldImage", {}), image["NewImage"]
    matters = ("status", "granted_at_ms", "client_id")
    if all(before.get(name) == after.get(name) for name in matters):
        return None
    return Task(*parts_of_key(image["Keys"]["pk"]["S"]))


def send(task: Task, *, delay: int = 0) -> None:
    """Put a message into the queue, to be seen after this many seconds.

    Raises:
        ClientError, BotoCoreError: the call of SQS failed.
    """
    aws.sqs().send_message(
        QueueUrl=environment.rutter_queue_url(), MessageBody=task.as_message(), DelaySeconds=delay
    )
