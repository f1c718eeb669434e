"""The events that a change of the table leads to: pure rules that do not call AWS.

The rules read only the attributes named here, and only the IDs of users. So no event contains a
token or an email address. Items are in DynamoDB's JSON; an absent item is empty. docs/events.md
says what consumers can rely on, and docs/events/ has the schema of each detail.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from ..records import installation_item
from ..rutter import connection_table

# EventBridge reserves names that begin with `aws.`.
SOURCE = "bigcommerce.installations"

_IDS = UUID("6f0c0b1e-3a5d-5c57-9a43-0d3b7e7f2c11")
# The attributes whose change is an update, by their names in an event. A new token has another
# `granted_at_ms`, so the token itself is not read.
_UPDATES = {
    "access_token": "granted_at_ms",
    "account_uuid": "account_uuid",
    "client_id": "client_id",
    "installed_at": "installed_at",
    "owner_id": "owner_id",
    "scopes": "scopes",
}

Item = Mapping[str, Any]
_Events = Iterator[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class StoreEvent:
    """Something that happened to a store.

    Attributes:
        name: what happened, such as `InstallationCreated`: EventBridge's detail type.
        at: when the table was changed.
        detail: EventBridge's detail, which is JSON.
    """

    name: str
    at: datetime
    detail: Mapping[str, Any]


def from_change(change: Mapping[str, Any]) -> list[StoreEvent]:
    """Return the events of a change: the part `dynamodb` of a record of the table's stream.

    Raises:
        ValueError, KeyError: it is not a change of a store's record or connection.
    """
    partition_key, sort_key = (change["Keys"][name]["S"] for name in ("pk", "sk"))
    rule, revision = {
        installation_item.SORT_KEY: (_of_record, "revision"),
        connection_table.SORT_KEY: (_of_connection, connection_table.REVISION),
    }[sort_key]
    organization_id, store_hash = installation_item.parts_of_key(partition_key)
    before, after = (_item(change, image, sort_key) for image in ("OldImage", "NewImage"))
    if not before and not after:
        return []
    at = datetime.fromtimestamp(int(change["ApproximateCreationDateTime"]), UTC)
    common = {
        "organization_id": organization_id,
        "store_hash": store_hash,
        "time": at.isoformat().replace("+00:00", "Z"),
        # A deletion counts as a write, and has no revision of its own.
        "revision": int((after or before)[revision]["N"]) + (0 if after else 1),
    }
    # The stream's sequence number, not the revision alone: after a record expired or was purged,
    # its store starts again with revision 1.
    place = f"{partition_key}|{sort_key}|{change['SequenceNumber']}"
    return [
        StoreEvent(name, at, {"id": _id(place, name, detail), **common, **detail})
        for name, detail in rule(before, after)
    ]


def _item(change: Mapping[str, Any], image: str, sort_key: str) -> Item:
    """Return an item before or after a change; empty if there is none, or if it is not a record."""
    item: Item = change.get(image, {})
    if sort_key == installation_item.SORT_KEY and not installation_item.is_record(item):
        return {}
    return item


def _id(place: str, name: str, detail: Mapping[str, Any]) -> str:
    """Return an ID that is unique to the event, and the same if it is published again."""
    return str(uuid5(_IDS, f"{place}|{name}|{detail.get('user_id', '')}"))


def _of_record(before: Item, after: Item) -> _Events:
    match _is_installed(before), _is_installed(after):
        case False, True:
            yield "InstallationCreated", _granted(after) | {"user_ids": sorted(_user_ids(after))}
        case True, True:
            changed = [
                name
                for name, attribute in _UPDATES.items()
                if before.get(attribute) != after.get(attribute)
            ]
            if changed:
                yield "InstallationUpdated", _granted(after) | {"changed": changed}
            for id_ in sorted(_user_ids(after) - _user_ids(before)):
                yield "UserAdded", {"user_id": id_}
            for id_ in sorted(_user_ids(before) - _user_ids(after)):
                yield "UserRemoved", {"user_id": id_}
        case True, False:
            yield "InstallationRemoved", {"purged": not after}


def _of_connection(before: Item, after: Item) -> _Events:
    state, previous = (_text(item, "state") for item in (after, before))
    if state is not None and state != previous:
        detail = {"state": state, "previous_state": previous, "connection_id": _text(after, "id")}
        yield "ConnectionChanged", detail


def _is_installed(record: Item) -> bool:
    return bool(record) and record["status"]["S"] == "installed"


def _granted(record: Item) -> dict[str, Any]:
    return {
        "scopes": [scope["S"] for scope in record["scopes"]["L"]],
        "owner_id": record["owner_id"]["S"],
    }


def _user_ids(record: Item) -> set[str]:
    return set(record["users"]["M"])


def _text(connection: Item, name: str) -> str | None:
    attribute = connection.get(connection_table.PREFIX + name)
    return attribute["S"] if attribute else None
