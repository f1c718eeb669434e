"""A request to reconcile a store with Rutter, as a message of the queue.

A message names a store, and never what to do there: the store's record says that when the message
is received. So messages may arrive twice, late or in any order.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum, auto

from .installation_item import key, parts_of_key


class Trigger(StrEnum):
    """Why a store is reconciled: its record changed, or one of the others."""

    CHANGE = auto()
    FOLLOW_UP = auto()
    SWEEP = auto()
    WEBHOOK = auto()
    OPERATOR = auto()


@dataclass(frozen=True)
class Request:
    """A store to reconcile, and why."""

    organization_id: str
    store_hash: str
    trigger: Trigger = Trigger.CHANGE

    @classmethod
    def from_message(cls, body: str) -> "Request":
        """Read a message's body.

        Raises:
            ValueError, KeyError, TypeError: it is malformed.
        """
        content = json.loads(body)
        partition_key = key(content["organization_id"], content["store_hash"])["pk"]["S"]
        # Validates both, so that nothing else becomes part of a key.
        return cls(*parts_of_key(partition_key), Trigger(content["trigger"]))

    def as_message(self) -> str:
        """Return the message's body: JSON."""
        return json.dumps(asdict(self))
