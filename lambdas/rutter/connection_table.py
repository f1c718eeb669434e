"""The connections in DynamoDB: an item beside each store's record, with a revision of its own.

    pk                          S  ORG#{organization_id}#STORE#{store_hash}
    sk                          S  CONNECTION
    connection_revision         N  counts the writes
    connection_state            S
    connection_reason           S
    connection_id               S
    connection_access_token     B  (KMS)
    connection_generation       N
    connection_handed_over      N
    connection_idempotency_key  S
    connection_held_until       N
    connection_looks            N

An index of the table is keyed by `connection_id` alone: an item is in it once Rutter has given its
connection an id.

No attribute has the name of one of a store's record: the function that writes these may write no
other names, so that it cannot change a record.
"""

from dataclasses import asdict, fields
from typing import Any

from botocore.exceptions import ClientError

from ..records import installation_item
from ..shared import aws, dynamodb_json, environment
from .connection import Connection

SORT_KEY = "CONNECTION"
PREFIX = "connection_"
REVISION = f"{PREFIX}revision"


def key(organization_id: str, store_hash: str) -> dict[str, Any]:
    """The primary key of a store's connection, in DynamoDB's JSON."""
    return installation_item.key(organization_id, store_hash, SORT_KEY)


def read(organization_id: str, store_hash: str) -> tuple[Connection | None, int]:
    """The connection and its revision; None and 0 where there is none.

    Raises:
        ClientError, BotoCoreError: the call of DynamoDB failed.
    """
    answer = aws.dynamodb().get_item(
        TableName=environment.table_name(),
        Key=key(organization_id, store_hash),
        ConsistentRead=True,
    )
    if "Item" not in answer:
        return None, 0
    item = dynamodb_json.values_from_json(answer["Item"])
    return connection(item), int(item[REVISION])


def connection(item: dict[str, Any]) -> Connection:
    """The connection in an item's attributes."""
    values: dict[str, Any] = {}
    for each in fields(Connection):
        value = item.get(PREFIX + each.name)
        if value is not None:
            values[each.name] = value
    for name in ("generation", "handed_over", "held_until", "looks"):
        values[name] = int(values.get(name, 0))
    if "access_token" in values:
        values["access_token"] = bytes(values["access_token"])
    return Connection(**values)


def write(organization_id: str, store_hash: str, connection: Connection, revision: int) -> bool:
    """Write the connection if its revision is still this one; False if it is not.

    Raises:
        ClientError, BotoCoreError: the call of DynamoDB failed.
    """
    values: dict[str, Any] = {
        PREFIX + name: value for name, value in asdict(connection).items() if value is not None
    }
    values[REVISION] = revision + 1
    absent = [PREFIX + name for name, value in asdict(connection).items() if value is None]
    update = "SET " + ", ".join(f"{name} = :{name}" for name in values)
    if absent:
        update += f" REMOVE {', '.join(absent)}"
    condition = f"{REVISION} = :before" if revision else f"attribute_not_exists({REVISION})"
    given = {f":{name}": value for name, value in values.items()}
    if revision:
        given[":before"] = revision
    try:
        aws.dynamodb().update_item(
            TableName=environment.table_name(),
            Key=key(organization_id, store_hash),
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues=dynamodb_json.values_to_json(given),
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def stores(organization_id: str, connection_id: str) -> list[str]:
    """The store hashes of an organization's stores that have this connection: one, or none.

    The index follows the table within moments. It is everybody's: what another organization has is
    left out.

    Raises:
        ClientError, BotoCoreError: the call of DynamoDB failed.
    """
    answer = aws.dynamodb().query(
        TableName=environment.table_name(),
        IndexName=environment.connection_index(),
        KeyConditionExpression=f"{PREFIX}id = :id",
        ExpressionAttributeValues={":id": {"S": connection_id}},
    )
    keys = (installation_item.parts_of_key(item["pk"]["S"]) for item in answer["Items"])
    return [store_hash for id_, store_hash in keys if id_ == organization_id]
