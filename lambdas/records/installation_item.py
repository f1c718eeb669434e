"""A store's record as an item of the table, to be written and read back.

docs/data.md describes the attributes. `connection_app` and `connection_due` are the keys of
an index of the stores to reconcile with Rutter; the reconciler removes both.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from . import dynamodb_json
from .installation import Installation, Record, Uninstall, Uninstalled, User

SORT_KEY = "STORE"
# Of the store's connection at Rutter, an item next to the record.
CONNECTION_SORT_KEY = "CONNECTION"

# The reconciler is notified within seconds. After this long, the message counts as lost.
_MISSED_SECONDS = 60

_PARTITION_KEY = re.compile(r"ORG#([A-Za-z0-9_-]{1,64})#STORE#([A-Za-z0-9]{1,64})", re.ASCII)


def key(organization_id: str, store_hash: str, sort_key: str = SORT_KEY) -> dict[str, Any]:
    """Return the primary key of a store's record or another of its items, in DynamoDB's JSON."""
    return {"pk": {"S": f"ORG#{organization_id}#STORE#{store_hash}"}, "sk": {"S": sort_key}}


def parts_of_key(partition_key: str) -> tuple[str, str]:
    """Return the organization ID and the store hash in the partition key of a store's items."""
    match = _PARTITION_KEY.fullmatch(partition_key)
    if match is None:
        raise ValueError("not the partition key of a store's items")
    return match[1], match[2]


def item(organization_id: str, store_hash: str, record: Record, revision: int) -> dict[str, Any]:
    """Return a store's record as an item, in DynamoDB's JSON."""
    values = {
        "organization_id": organization_id,
        "store_hash": store_hash,
        "revision": revision,
        **_attributes(record),
    }
    if record is not None:
        values |= {"connection_app": organization_id, "connection_due": due(record)}
    return key(organization_id, store_hash) | dynamodb_json.values_to_json(values)


def due(record: Installation | Uninstalled) -> int:
    """Return when a record that was not reconciled with Rutter is due, in epoch seconds."""
    match record:
        case Installation(granted_at_ms=changed_at_ms):
            return changed_at_ms // 1000 + _MISSED_SECONDS
        case Uninstalled(uninstall=Uninstall(arrived_at=changed_at)):
            return changed_at + _MISSED_SECONDS


def is_record(attributes: Mapping[str, Any]) -> bool:
    """Return whether an item with a record's key is a record.

    IAM does not see a sort key, so the function that writes connections could create such an item.
    It counts as absent, and the next record replaces it.
    """
    return "status" in attributes


def record(attributes: Mapping[str, Any]) -> Record:
    """Return the record in an item's attributes, None if it is not a record."""
    if not is_record(attributes):
        return None
    if attributes["status"] == "uninstalled":
        return Uninstalled(
            client_id=attributes["client_id"],
            uninstall=Uninstall(int(attributes["uninstalled_at"]), int(attributes["arrived_at"])),
            expires_at=int(attributes["expires_at"]),
        )
    previous = attributes.get("previous_uninstall")
    return Installation(
        client_id=attributes["client_id"],
        installed_at=int(attributes["installed_at"]),
        granted_at_ms=int(attributes["granted_at_ms"]),
        access_token=bytes(attributes["access_token"]),
        scopes=tuple(attributes["scopes"]),
        account_uuid=attributes.get("account_uuid"),
        code_hash=attributes.get("code_hash"),
        owner_id=attributes["owner_id"],
        users={
            id_: User(id_, user.get("email"), int(user["added_at"]))
            for id_, user in attributes["users"].items()
        },
        removed_users={id_: int(at) for id_, at in attributes["removed_users"].items()},
        previous_uninstall=(
            Uninstall(int(previous["issued_at"]), int(previous["arrived_at"])) if previous else None
        ),
    )


def _attributes(record: Record) -> dict[str, Any]:
    match record:
        case Uninstalled():
            return {
                "status": "uninstalled",
                "client_id": record.client_id,
                "uninstalled_at": record.uninstall.issued_at,
                "arrived_at": record.uninstall.arrived_at,
                "expires_at": record.expires_at,
            }
        case Installation():
            previous = record.previous_uninstall
            optional = {
                "account_uuid": record.account_uuid,
                "code_hash": record.code_hash,
                "previous_uninstall": asdict(previous) if previous else None,
            }
            return {
                "status": "installed",
                "client_id": record.client_id,
                "installed_at": record.installed_at,
                "granted_at_ms": record.granted_at_ms,
                "access_token": record.access_token,
                "scopes": list(record.scopes),
                "owner_id": record.owner_id,
                "users": {
                    user.id: {"added_at": user.added_at}
                    | ({} if user.email is None else {"email": user.email})
                    for user in record.users.values()
                },
                "user_count": len(record.users),
                "removed_users": dict(record.removed_users),
                **{name: value for name, value in optional.items() if value is not None},
            }
        case None:
            raise TypeError("a rule never removes a record")
