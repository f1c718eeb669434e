"""The stores' records in DynamoDB: read one, apply a rule, write it back unless somebody else did.

A store's whole record is one item, so that every callback is a single conditional write: nothing
can be half-written, and of two callbacks at once the second sees what the first did.

    pk               S     ORG#{organization_id}#STORE#{store_hash}
    sk               S     STORE
    organization_id  S
    store_hash       S
    status           S     installed | uninstalled
    revision         N     counts the writes
    installed: client_id S, installed_at N, granted_at_ms N, access_token B (KMS), scopes L,
               account_uuid S, owner_id S, users M {id: {email S, added_at N}},
               removed_users M {id: N}, previous_uninstall M {issued_at N, arrived_at N}
    uninstalled: client_id S, uninstalled_at N, arrived_at N,
                 expires_at N (the table's TTL attribute)
"""

import random
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from . import aws, environment
from .errors import ServiceUnavailableError
from .installation import Installation, Record, Uninstall, Uninstalled, User

ATTEMPTS = 6
PAUSE_SECONDS = 0.03

_Ruled = TypeVar("_Ruled", bound=Record)

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def update(organization_id: str, store_hash: str, rule: Callable[[Record], _Ruled]) -> _Ruled:
    """Apply a rule to a store's record and return the record as it then is.

    The rule is applied again to the newer record when somebody else wrote in between.

    Raises:
        ServiceUnavailableError: others kept writing.
        CallbackError: whatever the rule raises.
        ClientError, BotoCoreError: a DynamoDB call failed.
    """
    for attempt in range(ATTEMPTS):
        before, revision = _read(organization_id, store_hash)
        after = rule(before)
        if after == before:
            return after
        if _write(organization_id, store_hash, after, revision):
            return after
        time.sleep(random.uniform(0, PAUSE_SECONDS * 2**attempt))  # noqa: S311 (not cryptography)
    raise ServiceUnavailableError("the store's record was written by others at every attempt")


def key(organization_id: str, store_hash: str) -> dict[str, Any]:
    """The primary key of a store's record, in DynamoDB's JSON."""
    return {"pk": {"S": f"ORG#{organization_id}#STORE#{store_hash}"}, "sk": {"S": "STORE"}}


def _read(organization_id: str, store_hash: str) -> tuple[Record, int]:
    """The record and its revision; 0 where there is no item."""
    answer = aws.dynamodb().get_item(
        TableName=environment.table_name(),
        Key=key(organization_id, store_hash),
        ConsistentRead=True,
    )
    if "Item" not in answer:
        return None, 0
    item = {name: _deserialize(value) for name, value in answer["Item"].items()}
    return _record(item), int(item["revision"])


def _write(organization_id: str, store_hash: str, record: Record, revision: int) -> bool:
    """Write the record if its revision is still this one; False if it is not."""
    item = {
        "organization_id": organization_id,
        "store_hash": store_hash,
        "revision": revision + 1,
        **_attributes(record),
    }
    serialized = {name: _serialize(value) for name, value in item.items()}
    condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
    if revision:
        condition = {
            "ConditionExpression": "revision = :revision",
            "ExpressionAttributeValues": {":revision": {"N": str(revision)}},
        }
    try:
        aws.dynamodb().put_item(
            TableName=environment.table_name(),
            Item=key(organization_id, store_hash) | serialized,
            **condition,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _record(item: dict[str, Any]) -> Record:
    if item["status"] == "uninstalled":
        return Uninstalled(
            client_id=item["client_id"],
            uninstall=Uninstall(int(item["uninstalled_at"]), int(item["arrived_at"])),
            expires_at=int(item["expires_at"]),
        )
    previous = item.get("previous_uninstall")
    return Installation(
        client_id=item["client_id"],
        installed_at=int(item["installed_at"]),
        granted_at_ms=int(item["granted_at_ms"]),
        access_token=bytes(item["access_token"]),
        scopes=tuple(item["scopes"]),
        account_uuid=item.get("account_uuid"),
        owner_id=item["owner_id"],
        users={
            id_: User(id_, user["email"], int(user["added_at"]))
            for id_, user in item["users"].items()
        },
        removed_users={id_: int(at) for id_, at in item["removed_users"].items()},
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
                    user.id: {"email": user.email, "added_at": user.added_at}
                    for user in record.users.values()
                },
                "removed_users": dict(record.removed_users),
                **{name: value for name, value in optional.items() if value is not None},
            }
        case None:
            raise TypeError("a rule never removes a record")
