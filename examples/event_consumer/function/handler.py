"""Keep a list of the stores that have the app installed."""

import os
from typing import Any

import boto3

TABLE = os.environ["TABLE"]
dynamodb = boto3.client("dynamodb")


def handler(event: dict[str, Any], _context: object) -> None:
    """Record what an event says of a store, unless a later event was recorded before.

    An event may arrive twice and out of order. The condition makes both harmless.
    """
    detail = event["detail"]
    try:
        dynamodb.put_item(
            TableName=TABLE,
            Item={
                "organization_id": {"S": detail["organization_id"]},
                "store_hash": {"S": detail["store_hash"]},
                "installed": {"BOOL": event["detail-type"] == "InstallationCreated"},
                "time": {"S": detail["time"]},
                "revision": {"N": str(detail["revision"])},
            },
            ConditionExpression=(
                "attribute_not_exists(store_hash) OR #time < :time"
                " OR (#time = :time AND revision < :revision)"
            ),
            ExpressionAttributeNames={"#time": "time"},
            ExpressionAttributeValues={
                ":time": {"S": detail["time"]},
                ":revision": {"N": str(detail["revision"])},
            },
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return
