"""The calls that a function's role may be granted or refused, and what they reach."""

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
    """What there is to reach: this stack's things, and another's beside them."""

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
    "read its app's credentials": lambda aws, to: aws("secretsmanager").get_secret_value(
        SecretId=to.secret
    ),
    "encrypt a token": lambda aws, to: aws("kms").encrypt(KeyId=to.key, Plaintext=b"token"),
    # tokens
    "decrypt a token": lambda aws, to: aws("kms").decrypt(
        CiphertextBlob=to.token, EncryptionContext=to.token_context
    ),
    "decrypt a token, naming the key": lambda aws, to: aws("kms").decrypt(
        KeyId=to.key, CiphertextBlob=to.token, EncryptionContext=to.token_context
    ),
    "encrypt a token anew with a key of its own": lambda aws, to: aws("kms").re_encrypt(
        CiphertextBlob=to.token,
        SourceEncryptionContext=to.token_context,
        DestinationKeyId=to.other_key,
    ),
    "make a data key": lambda aws, to: aws("kms").generate_data_key(
        KeyId=to.key, KeySpec="AES_256"
    ),
    "let somebody else decrypt": lambda aws, to: aws("kms").create_grant(
        KeyId=to.key, GranteePrincipal="*", Operations=["Decrypt"]
    ),
    "change the key's policy": lambda aws, to: aws("kms").put_key_policy(
        KeyId=to.key, PolicyName="default", Policy="{}"
    ),
    "delete the key": lambda aws, to: aws("kms").schedule_key_deletion(KeyId=to.key),
    "encrypt with another key": lambda aws, to: aws("kms").encrypt(
        KeyId=to.other_key, Plaintext=b"token"
    ),
    # credentials
    "read another stack's secret": lambda aws, to: aws("secretsmanager").get_secret_value(
        SecretId=to.other_secret
    ),
    "read the credentials at Rutter": lambda aws, to: aws("secretsmanager").get_secret_value(
        SecretId=to.rutter_secret
    ),
    "list secrets": lambda aws, _: aws("secretsmanager").list_secrets(),
    "change its app's credentials": lambda aws, to: aws("secretsmanager").put_secret_value(
        SecretId=to.secret, SecretString="{}"
    ),
    "delete its app's credentials": lambda aws, to: aws("secretsmanager").delete_secret(
        SecretId=to.secret
    ),
    # records
    "read another table": lambda aws, to: aws("dynamodb").get_item(
        TableName=to.other_table, Key=KEY
    ),
    "write to another table": lambda aws, to: aws("dynamodb").put_item(
        TableName=to.other_table, Item=KEY
    ),
    "scan the table": lambda aws, to: aws("dynamodb").scan(TableName=to.table),
    "query the table": lambda aws, to: aws("dynamodb").query(
        TableName=to.table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": KEY["pk"]},
    ),
    "query the table with PartiQL": lambda aws, to: aws("dynamodb").execute_statement(
        Statement=f'SELECT * FROM "{to.table}"'  # noqa: S608 (no input)
    ),
    "read many records": lambda aws, to: aws("dynamodb").batch_get_item(
        RequestItems={to.table: {"Keys": [KEY]}}
    ),
    "write many records": lambda aws, to: aws("dynamodb").batch_write_item(
        RequestItems={to.table: [{"PutRequest": {"Item": KEY}}]}
    ),
    "update a record": lambda aws, to: aws("dynamodb").update_item(TableName=to.table, Key=KEY),
    "delete a record": lambda aws, to: aws("dynamodb").delete_item(TableName=to.table, Key=KEY),
    "delete the table": lambda aws, to: aws("dynamodb").delete_table(TableName=to.table),
    # everything else
    "read the logs": lambda aws, _: aws("logs").filter_log_events(
        logGroupName=f"/aws/lambda/{PROJECT}-local-auth"
    ),
    "call a function": lambda aws, _: aws("lambda").invoke(FunctionName=f"{PROJECT}-local-load"),
    "read a function's configuration": lambda aws, _: aws("lambda").get_function_configuration(
        FunctionName=f"{PROJECT}-local-load"
    ),
    "grant itself more": lambda aws, _: aws("iam").put_role_policy(
        RoleName=f"{PROJECT}-local-auth", PolicyName="more", PolicyDocument="{}"
    ),
}
