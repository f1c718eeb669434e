"""InstallationStore: the table, its key, and the policy of those who read access tokens."""

import json

from components.installation_store import INDEX, INDEX_KEYS, INDEXED
from lambdas.records import installation_item
from lambdas.records.installation import Installation, User
from tests.components.recorder import KEY_ARN, KEY_ID, Recording

ALIAS = "aws:kms/alias:Alias"
KEY = "aws:kms/key:Key"
POLICY = "aws:iam/policy:Policy"
TABLE = "aws:dynamodb/table:Table"

TABLE_ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/bigcommerce-test-installations"
LOG_ARN = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/bigcommerce-test-"
LOG_ARNS = [LOG_ARN + name for name in ("auth", "load", "uninstall", "remove-user")]


def test_table_is_on_demand_recoverable_streamed_and_encrypted_with_the_stacks_own_key(
    awaiting: Recording,
) -> None:
    assert awaiting.one(TABLE).inputs == {
        "name": "bigcommerce-test-installations",
        "billingMode": "PAY_PER_REQUEST",
        "hashKey": "pk",
        "rangeKey": "sk",
        "attributes": [
            {"name": name, "type": "S"}
            for name in ("pk", "sk", *INDEX_KEYS, "connection_id", "connection_app")
        ]
        + [{"name": "connection_due", "type": "N"}],
        "globalSecondaryIndexes": [
            {
                "name": "by-organization",
                "keySchemas": [
                    {"attributeName": "organization_id", "keyType": "HASH"},
                    {"attributeName": "store_hash", "keyType": "RANGE"},
                ],
                "projectionType": "INCLUDE",
                "nonKeyAttributes": list(INDEXED),
            },
            {
                "name": "by-connection",
                "keySchemas": [{"attributeName": "connection_id", "keyType": "HASH"}],
                "projectionType": "KEYS_ONLY",
            },
            {
                "name": "by-due",
                "keySchemas": [
                    {"attributeName": "connection_app", "keyType": "HASH"},
                    {"attributeName": "connection_due", "keyType": "RANGE"},
                ],
                "projectionType": "KEYS_ONLY",
            },
        ],
        "ttl": {"attributeName": "expires_at", "enabled": True},
        "pointInTimeRecovery": {"enabled": True},
        "streamEnabled": True,
        "streamViewType": "NEW_AND_OLD_IMAGES",
        "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY_ARN},
        "deletionProtectionEnabled": True,
    }


def test_key_rotates_and_has_an_alias(awaiting: Recording) -> None:
    key = awaiting.one(KEY)
    assert key.inputs["enableKeyRotation"] is True
    assert key.inputs["deletionWindowInDays"] == 30
    assert awaiting.one(ALIAS).inputs == {
        "name": "alias/bigcommerce-test-installations",
        "targetKeyId": KEY_ID,
    }


def test_key_is_used_by_whom_iam_allows_and_through_two_services_only_beside(
    awaiting: Recording,
) -> None:
    iam, *others = json.loads(awaiting.one(KEY).inputs["policy"])["Statement"]
    services = [each for each in others if each["Sid"].startswith("AllowThrough")]
    assert iam == {
        "Sid": "AllowWhatIamAllows",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    uses = ("CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey*", "ReEncrypt*")
    # A token is decrypted by calling KMS directly: there no ViaService holds.
    assert services == [
        {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": [f"kms:{use}" for use in allowed],
            "Resource": "*",
            "Condition": {
                "StringEquals": {
                    "kms:CallerAccount": "123456789012",
                    "kms:ViaService": f"{service}.us-east-1.amazonaws.com",
                }
            },
        }
        for sid, service, allowed in (
            ("AllowThroughDynamoDb", "dynamodb", uses),
            ("AllowThroughSecretsManager", "secretsmanager", ("Decrypt", "GenerateDataKey")),
        )
    ]


def test_table_key_and_api_are_protected_by_setting_and_nothing_else_is(
    awaiting: Recording, customized: Recording
) -> None:
    protected = {each.type for each in awaiting.resources if each.protect}
    assert protected == {TABLE, KEY, "aws:apigatewayv2/api:Api"}
    assert not any(each.protect for each in customized.resources)
    assert customized.one(TABLE).inputs["deletionProtectionEnabled"] is False


def statement(sid: str, resource: str, *actions: str) -> dict[str, object]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": [resource]}


# Rutter's tokens name an issuer in their encryption context.
DECRYPT = statement("DecryptAccessTokens", KEY_ARN, "kms:Decrypt") | {
    "Condition": {"Null": {"kms:EncryptionContext:issuer": "true"}}
}


def test_consumers_may_read_records_and_decrypt_access_tokens(awaiting: Recording) -> None:
    policy = awaiting.one(POLICY, "access-token-reader").inputs
    assert policy["name"] == "bigcommerce-test-access-token-reader"
    assert json.loads(policy["policy"]) == {
        "Version": "2012-10-17",
        "Statement": [statement("ReadItems", TABLE_ARN, "dynamodb:GetItem"), DECRYPT],
    }


def test_operators_may_list_by_the_index_alone_and_change_stores_and_no_app(
    awaiting: Recording,
) -> None:
    policy = awaiting.one(POLICY, "operator").inputs
    assert policy["name"] == "bigcommerce-test-operator"
    written = statement("WriteRecords", TABLE_ARN, "dynamodb:PutItem", "dynamodb:DeleteItem")
    keys = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["ORG#*#STORE#*"]}}
    assert json.loads(policy["policy"])["Statement"] == [
        statement("ListStores", f"{TABLE_ARN}/index/{INDEX}", "dynamodb:Query", "dynamodb:Scan"),
        statement("ReadItems", TABLE_ARN, "dynamodb:GetItem", "dynamodb:BatchGetItem"),
        written | {"Condition": keys},
        statement("EncryptAccessTokens", KEY_ARN, "kms:Encrypt"),
        DECRYPT,
        statement("QueryCalls", "", "logs:StartQuery")
        | {"Resource": [*LOG_ARNS, *(f"{arn}:*" for arn in LOG_ARNS)]},
        statement("ReadQuery", "*", "logs:GetQueryResults"),
    ]


def test_the_index_has_neither_token_nor_address() -> None:
    secret = "hidden"
    owner = User("1", secret, 0)
    installed = Installation("id", 0, 0, secret.encode(), ("scope",), "uuid", "1", {"1": owner})
    item = installation_item.item("acme", "abc", installed, 1)
    assert secret in repr(item)
    assert secret not in repr({name: item[name] for name in INDEXED if name in item})
