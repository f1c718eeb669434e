"""The least that a function with these clients does: import boto3, make them, read an item."""

from collections.abc import Mapping
from typing import Any

import boto3

dynamodb, secretsmanager = boto3.client("dynamodb"), boto3.client("secretsmanager")


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Read the item that the event names."""
    dynamodb.get_item(**event)
    return {"statusCode": 200}
