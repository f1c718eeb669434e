"""The calls that a function's role allows or refuses, and their targets.

tests/permissions.yaml has every permission. These calls show what the roles do with the worst.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.backend import PROJECT

KEY = {"pk": {"S": "ORG#org-a#STORE#other"}, "sk": {"S": "STORE"}}
KEY_SCHEMA: Any = [
    {"AttributeName": "pk", "KeyType": "HASH"},
    {"AttributeName": "sk", "KeyType": "RANGE"},
]


@dataclass(frozen=True)
class Targets:
    """Resources of this stack and of another one."""

    table: str
    key: str
    secret: str
    rutter_secret: str
    token: bytes
    token_context: Mapping[str, str]
    other_table: str
    other_key: str
    other_secret: str


Clients = Callable[[str], Any]
Call = Callable[[Clients, Targets], object]


CALLS: dict[str, Call] = {
    "read a record": lambda aws, to: aws("dynamodb").get_item(TableName=to.table, Key=KEY),
    "write a record": lambda aws, to: aws("dynamodb").put_item(TableName=to.table, Item=KEY),
    "update a record": lambda aws, to: aws("dynamodb").update_item(TableName=to.table, Key=KEY),
    "delete a record": lambda aws, to: aws("dynamodb").delete_item(TableName=to.table, Key=KEY),
    "scan the table": lambda aws, to: aws("dynamodb").scan(TableName=to.table),
    "read another table": lambda aws, to: aws("dynamodb").get_item(
        TableName=to.other_table, Key=KEY
    ),
    "read its app's credentials": lambda aws, to: aws("secretsmanager").get_secret_value(
        SecretId=to.secret
    ),
    "read the credentials at Rutter": lambda aws, to: aws("secretsmanager").get_secret_value(
        SecretId=to.rutter_secret
    ),
    "read another stack's secret": lambda aws, to: aws("secretsmanager").get_secret_value(
        SecretId=to.other_secret
    ),
    "change its app's credentials": lambda aws, to: aws("secretsmanager").put_secret_value(
        SecretId=to.secret, SecretString="{}"
    ),
    "encrypt a token": lambda aws, to: aws("kms").encrypt(KeyId=to.key, Plaintext=b"token"),
    "decrypt a token": lambda aws, to: aws("kms").decrypt(
        KeyId=to.key, CiphertextBlob=to.token, EncryptionContext=to.token_context
    ),
    "encrypt a token again with another key": lambda aws, to: aws("kms").re_encrypt(
        CiphertextBlob=to.token,
        SourceEncryptionContext=to.token_context,
        DestinationKeyId=to.other_key,
    ),
    "let another principal decrypt": lambda aws, to: aws("kms").create_grant(
        KeyId=to.key, GranteePrincipal="*", Operations=["Decrypt"]
    ),
    "read the logs": lambda aws, _: aws("logs").filter_log_events(
        logGroupName=f"/aws/lambda/{PROJECT}-local-auth"
    ),
    "call a function": lambda aws, _: aws("lambda").invoke(FunctionName=f"{PROJECT}-local-load"),
    "grant itself more": lambda aws, _: aws("iam").put_role_policy(
        RoleName=f"{PROJECT}-local-auth", PolicyName="more", PolicyDocument="{}"
    ),
}
