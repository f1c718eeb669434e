"""The connections in DynamoDB: an item next to each store's record, with its own revision.

docs/data.md describes its attributes. Two indexes of the table have these items. One is keyed by
`connection_id`. The other is keyed by `connection_app` and `connection_due`; records have these too
until they are reconciled.

No other attribute of a record has the prefix. The function that writes connections may write no
other names, so that it cannot change what a record says.
"""

from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any

from botocore.exceptions import ClientError

from ..records import dynamodb_json, installation_item
from ..shared import aws, environment
from .connection import Connection

SORT_KEY = installation_item.CONNECTION_SORT_KEY
PREFIX = "connection_"
REVISION = f"{PREFIX}revision"
_APP, _DUE, _WEBHOOK = f"{PREFIX}app", f"{PREFIX}due", f"{PREFIX}webhook_until"


def key(organization_id: str, store_hash: str) -> dict[str, Any]:
    """Return the primary key of a store's connection, in DynamoDB's JSON."""
    return installation_item.key(organization_id, store_hash, SORT_KEY)


def read(organization_id: str, store_hash: str) -> tuple[Connection | None, int]:
    """Return the connection and its revision; None and 0 if there is none."""
    answer = aws.dynamodb().get_item(
        TableName=environment.table_name(),
        Key=key(organization_id, store_hash),
        ConsistentRead=True,
    )
    if "Item" not in answer:
        return None, 0
    item = dynamodb_json.values_from_json(answer["Item"])
    values = {each.name: item.get(PREFIX + each.name) for each in fields(Connection)}
    known = {name: value for name, value in values.items() if value is not None}
    return Connection(**known), item[REVISION]


def write(organization_id: str, store_hash: str, connection: Connection, revision: int) -> bool:
    """Write the connection if its revision is still this one; False if it is not."""
    values: dict[str, Any] = asdict(connection)
    values |= {"revision": revision + 1, "app": organization_id if connection.due else None}
    named = {PREFIX + name: value for name, value in values.items()}
    given = {name: value for name, value in named.items() if value is not None}
    absent = [name for name, value in named.items() if value is None]
    update = "SET " + ", ".join(f"{name} = :{name}" for name in given)
    if absent:
        update += f" REMOVE {', '.join(absent)}"
    condition = f"{REVISION} = :before" if revision else f"attribute_not_exists({REVISION})"
    before = {":before": revision} if revision else {}
    return _update_if(
        key(organization_id, store_hash),
        condition,
        update,
        {f":{name}": value for name, value in given.items()} | before,
    )


def queue_poll(organization_id: str, store_hash: str, *, now: int, seconds: int) -> bool:
    """Make a connection due in so many seconds; False if a webhook did that within this time.

    The connection's own writes leave the webhook's time alone.
    """
    return _update_if(
        key(organization_id, store_hash),
        f"attribute_exists(pk) AND (attribute_not_exists({_WEBHOOK}) OR {_WEBHOOK} < :now)",
        f"SET {_DUE} = :due, {_APP} = :app, {_WEBHOOK} = :due",
        {":now": now, ":due": now + seconds, ":app": organization_id},
    )


def clear_due(organization_id: str, store_hash: str, due: int) -> None:
    """Take a store's record off the list of what is due, unless it was written again since."""
    _update_if(
        installation_item.key(organization_id, store_hash),
        f"{_DUE} = :due",
        f"REMOVE {_DUE}, {_APP}",
        {":due": due},
    )


def due(organization_id: str, now: int) -> Iterator[tuple[str, str]]:
    """Yield the organization ID and store hash of an app's stores that are due, oldest first.

    A store is there twice if both its record and its connection are due.
    """
    pages = (
        aws.dynamodb()
        .get_paginator("query")
        .paginate(
            TableName=environment.table_name(),
            IndexName=environment.due_index(),
            KeyConditionExpression=f"{_APP} = :app AND {_DUE} <= :now",
            ExpressionAttributeValues={":app": {"S": organization_id}, ":now": {"N": str(now)}},
        )
    )
    for page in pages:
        yield from (installation_item.parts_of_key(item["pk"]["S"]) for item in page["Items"])


def owners(connection_id: str) -> list[tuple[str, str]]:
    """Return the organization ID and store hash of each store that has this connection.

    There is more than one only if two apps share an organization at Rutter. The index follows the
    table within moments.
    """
    answer = aws.dynamodb().query(
        TableName=environment.table_name(),
        IndexName=environment.connection_index(),
        KeyConditionExpression=f"{PREFIX}id = :id",
        ExpressionAttributeValues={":id": {"S": connection_id}},
    )
    return [installation_item.parts_of_key(item["pk"]["S"]) for item in answer["Items"]]


def _update_if(
    item_key: dict[str, Any], condition: str, update: str, values: dict[str, Any]
) -> bool:
    """Update an item if a condition holds; False if it does not."""
    try:
        aws.dynamodb().update_item(
            TableName=environment.table_name(),
            Key=item_key,
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues=dynamodb_json.values_to_json(values),
        )
    except ClientError as error:
        if aws.error_code(error) != "ConditionalCheckFailedException":
            raise
        return False
    return True
