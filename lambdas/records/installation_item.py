"""A store's record as an item of the table: written here and nowhere else, and read back.

pk               S     ORG#{organization_id}#STORE#{store_hash}
sk               S     STORE
organization_id  S     with store_hash, what the table's index is keyed by
store_hash       S
status           S     installed | uninstalled
revision         N     counts the writes
connection_app   S     the organization ID, and
connection_due   N     when to reconcile the store with Rutter: the keys of an index of these.
                       The reconciler removes both.
installed: client_id S, installed_at N, granted_at_ms N, access_token B (KMS), scopes L,
           account_uuid S, code_hash S, owner_id S, users M {id: {email S if known, added_at N}},
           user_count N, removed_users M {id: N}, previous_uninstall M {issued_at N, arrived_at N}
uninstalled: client_id S, uninstalled_at N, arrived_at N,
             expires_at N (the table's TTL attribute)
"""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..shared import dynamodb_json
from .installation import Installation, Record, Uninstall, Uninstalled, User

SORT_KEY = "STORE"

# The reconciler hears of a change within seconds. After this long it counts as missed.
_MISSED_SECONDS = 60

_PARTITION_KEY = re.compile(r"ORG#([A-Za-z0-9_-]{1,64})#STORE#([A-Za-z0-9]{1,64})", re.ASCII)


def key(organization_id: str, store_hash: str, sort_key: str = SORT_KEY) -> dict[str, Any]:
    """The primary key of a store's record, or of another item of the store, in DynamoDB's JSON."""
    return {"pk": {"S": f"ORG#{organization_id}#STORE#{store_hash}"}, "sk": {"S": sort_key}}


def parts_of_key(partition_key: str) -> tuple[str, str]:
    """The organization id and the store hash in the partition key of a store's items.

    Raises:
        ValueError: it is none.
    """
    match = _PARTITION_KEY.fullmatch(partition_key)
    if match is None:
        raise ValueError("not the partition key of a store's items")
    return match[1], match[2]


def item(organization_id: str, store_hash: str, record: Record, revision: int) -> dict[str, Any]:
    """A store's record as an item, in DynamoDB's JSON.

    Raises:
        TypeError: there is no record: a rule never removes one.
    """
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
    """Return when a record that nobody reconciled with Rutter is due, in epoch seconds."""
    match record:
        case Installation(granted_at_ms=changed_at_ms):
            return changed_at_ms // 1000 + _MISSED_SECONDS
        case Uninstalled(uninstall=Uninstall(arrived_at=changed_at)):
            return changed_at + _MISSED_SECONDS


def is_record(attributes: Mapping[str, Any]) -> bool:
    """Whether an item with a record's key is one.

    IAM does not see a sort key: the function that writes connections could make such an item, of
    their attributes alone. It counts as absent, and the next record replaces it.
    """
    return "status" in attributes


def record(attributes: Mapping[str, Any]) -> Record:
    """The record that an item's attributes say; None if it is none."""
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
