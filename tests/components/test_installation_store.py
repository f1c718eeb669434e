"""InstallationStore: the table, its key, and the policy of those who read access tokens."""

import json

import pytest

from tests.components.recorder import KEY_ID, Recording

ALIAS = "aws:kms/alias:Alias"
KEY = "aws:kms/key:Key"
POLICY = "aws:iam/policy:Policy"
TABLE = "aws:dynamodb/table:Table"

TABLE_ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/bigcommerce-test-installations"
KEY_ARN = f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}"


def test_table_is_on_demand_recoverable_and_streamed(awaiting: Recording) -> None:
    inputs = awaiting.one(TABLE).inputs
    assert inputs["name"] == "bigcommerce-test-installations"
    assert inputs["billingMode"] == "PAY_PER_REQUEST"
    assert inputs["pointInTimeRecovery"] == {"enabled": True}
    assert inputs["streamEnabled"] is True
    assert inputs["streamViewType"] == "NEW_AND_OLD_IMAGES"
    assert inputs["ttl"] == {"attributeName": "expires_at", "enabled": True}


def test_table_has_a_partition_key_and_a_sort_key(awaiting: Recording) -> None:
    inputs = awaiting.one(TABLE).inputs
    assert (inputs["hashKey"], inputs["rangeKey"]) == ("pk", "sk")
    assert inputs["attributes"] == [{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}]


def test_table_is_encrypted_with_the_stacks_own_key(awaiting: Recording) -> None:
    assert awaiting.one(TABLE).inputs["serverSideEncryption"] == {
        "enabled": True,
        "kmsKeyArn": KEY_ARN,
    }


def test_key_rotates_and_has_an_alias(awaiting: Recording) -> None:
    key = awaiting.one(KEY)
    assert key.inputs["enableKeyRotation"] is True
    assert key.inputs["deletionWindowInDays"] == 30
    assert awaiting.one(ALIAS).inputs == {
        "name": "alias/bigcommerce-test-installations",
        "targetKeyId": KEY_ID,
    }


def test_key_is_used_by_whom_iam_allows_and_through_dynamodb_only_beside(
    awaiting: Recording,
) -> None:
    policy = json.loads(awaiting.one(KEY).inputs["policy"])
    assert policy == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AllowWhatIamAllows",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Sid": "AllowThroughDynamoDb",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [
                    "kms:CreateGrant",
                    "kms:Decrypt",
                    "kms:DescribeKey",
                    "kms:Encrypt",
                    "kms:GenerateDataKey*",
                    "kms:ReEncrypt*",
                ],
                "Resource": "*",
                "Condition": {
                    "StringEquals": {
                        "kms:CallerAccount": "123456789012",
                        "kms:ViaService": "dynamodb.us-east-1.amazonaws.com",
                    }
                },
            },
        ],
    }


@pytest.mark.parametrize(("stack", "protect"), [("awaiting", True), ("customized", False)])
def test_table_and_key_are_protected_by_setting(
    stack: str, protect: bool, request: pytest.FixtureRequest
) -> None:
    recording: Recording = request.getfixturevalue(stack)
    assert recording.one(TABLE).protect is protect
    assert recording.one(TABLE).inputs["deletionProtectionEnabled"] is protect
    assert recording.one(KEY).protect is protect


def test_nothing_else_is_protected(awaiting: Recording) -> None:
    assert {resource.type for resource in awaiting.resources if resource.protect} == {
        TABLE,
        KEY,
        "aws:apigatewayv2/api:Api",
    }


def test_consumers_may_read_records_and_decrypt_access_tokens(awaiting: Recording) -> None:
    policy = awaiting.one(POLICY).inputs
    assert policy["name"] == "bigcommerce-test-access-token-reader"
    assert json.loads(policy["policy"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ReadItems",
                "Effect": "Allow",
                "Action": ["dynamodb:GetItem"],
                "Resource": [TABLE_ARN],
            },
            {
                "Sid": "DecryptAccessTokens",
                "Effect": "Allow",
                "Action": ["kms:Decrypt"],
                "Resource": [KEY_ARN],
            },
        ],
    }
