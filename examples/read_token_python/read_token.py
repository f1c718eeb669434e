"""Read a store's access token, as your own code on AWS does."""

import boto3


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
