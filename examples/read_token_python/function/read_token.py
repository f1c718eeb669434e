"""Read a store's access token, and call BigCommerce's API with it."""

import os
from typing import Any

import boto3
import urllib3


def read_access_token(table: str, organization_id: str, store_hash: str) -> str:
    """Return the store's BigCommerce access token; LookupError if the app is not installed."""
    answer = boto3.client("dynamodb").get_item(
        TableName=table,  # the stack output installationsTable
        Key={
            "pk": {"S": f"ORG#{organization_id}#STORE#{store_hash}"},
            "sk": {"S": "STORE"},
        },
        ConsistentRead=True,
    )
    record = answer.get("Item")
    if record is None or record["status"]["S"] != "installed":
        raise LookupError(f"the app is not installed on store {store_hash}")
    decrypted = boto3.client("kms").decrypt(
        CiphertextBlob=record["access_token"]["B"],
        EncryptionContext={"organization_id": organization_id, "store_hash": store_hash},
    )
    return decrypted["Plaintext"].decode()


def handler(event: dict[str, str], _context: object) -> dict[str, Any]:
    """Return what BigCommerce knows of the event's store, as the Lambda function."""
    store_hash = event["store_hash"]
    token = read_access_token(os.environ["TABLE"], os.environ["ORGANIZATION_ID"], store_hash)
    answer = urllib3.request(
        "GET",
        f"{os.environ['API_URL']}/stores/{store_hash}/v2/store",
        headers={"X-Auth-Token": token, "Accept": "application/json"},
        redirect=False,  # another host must not get the token
        timeout=5,
    )
    if answer.status != 200:
        raise RuntimeError(f"BigCommerce answered with status {answer.status}")
    store: dict[str, Any] = answer.json()
    return store
