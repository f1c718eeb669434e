"""InstallationStore: the DynamoDB table of installed stores and the key of their access tokens."""

from typing import Any

import pulumi
import pulumi_aws as aws

from .stack_context import StackContext


class InstallationStore(pulumi.ComponentResource):
    """The table, its customer-managed key, and the managed policy of those who read access tokens.

    One key serves twice: DynamoDB encrypts the table with it, and the auth function encrypts each
    access token with it once more, so that reading the table alone shows no token.

    Attributes:
        table_name: the table's name.
        key_arn: the key's ARN.
        reader_policy_arn: the managed policy that lets a consumer read and decrypt access tokens.
    """

    table_name: pulumi.Output[str]
    key_arn: pulumi.Output[str]
    reader_policy_arn: pulumi.Output[str]

    def __init__(
        self,
        context: StackContext,
        *,
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bigcommerce:index:InstallationStore", "installations", None, opts)
        child = pulumi.ResourceOptions(parent=self)
        protected = pulumi.ResourceOptions(parent=self, protect=protect)
        key = aws.kms.Key(
            "installations",
            description=f"Access tokens and the table {context.name('installations')}",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            policy=_key_policy(context),
            opts=protected,
        )
        aws.kms.Alias(
            "installations",
            name=f"alias/{context.name('installations')}",
            target_key_id=key.key_id,
            opts=child,
        )
        table = aws.dynamodb.Table(
            "installations",
            name=context.name("installations"),
            billing_mode="PAY_PER_REQUEST",
            hash_key="pk",
            range_key="sk",
            attributes=[{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}],
            ttl={"attribute_name": "expires_at", "enabled": True},
            point_in_time_recovery={"enabled": True},
            stream_enabled=True,
            stream_view_type="NEW_AND_OLD_IMAGES",
            server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
            deletion_protection_enabled=protect,
            opts=protected,
        )
        self.table_name = table.name
        self.key_arn = key.arn
        self._table_arn = table.arn
        self.reader_policy_arn = aws.iam.Policy(
            "access-token-reader",
            name=context.name("access-token-reader"),
            description="Read installed stores and decrypt their BigCommerce access tokens",
            policy=pulumi.Output.json_dumps(self._reader_policy()),
            opts=child,
        ).arn
        self.register_outputs(
            {
                "tableName": self.table_name,
                "keyArn": self.key_arn,
                "readerPolicyArn": self.reader_policy_arn,
            }
        )

    def read_items_statement(self) -> dict[str, object]:
        """The IAM statement that allows reading single items: stores' records, apps' profiles."""
        return {
            "Sid": "ReadItems",
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem"],
            "Resource": [self._table_arn],
        }

    def write_records_statement(self) -> dict[str, object]:
        """The IAM statement that allows writing stores' records.

        The apps' profiles, in the same table, are for the deployment alone to write.
        """
        return {
            "Sid": "WriteRecords",
            "Effect": "Allow",
            "Action": ["dynamodb:PutItem"],
            "Resource": [self._table_arn],
            "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["ORG#*#STORE#*"]}},
        }

    def encrypt_statement(self) -> dict[str, object]:
        """The IAM statement that allows encrypting access tokens, and not decrypting them."""
        return {
            "Sid": "EncryptAccessTokens",
            "Effect": "Allow",
            "Action": ["kms:Encrypt"],
            "Resource": [self.key_arn],
        }

    def _reader_policy(self) -> dict[str, object]:
        return {
            "Version": "2012-10-17",
            "Statement": [
                self.read_items_statement(),
                {
                    "Sid": "DecryptAccessTokens",
                    "Effect": "Allow",
                    "Action": ["kms:Decrypt"],
                    "Resource": [self.key_arn],
                },
            ],
        }


def _key_policy(context: StackContext) -> pulumi.Output[str]:
    """Who may use the key: whom IAM allows, and DynamoDB for whom it lets at the table.

    Source: the DynamoDB developer guide, "Encryption at rest": with a customer-managed key every
    caller needs the key's permission through DynamoDB. `kms:ViaService` gives just that: nobody can
    decrypt an access token by it, since those are decrypted by calling KMS directly.
    """
    statements: list[dict[str, Any]] = [
        {
            "Sid": "AllowWhatIamAllows",
            "Effect": "Allow",
            "Principal": {
                "AWS": pulumi.Output.format(
                    "arn:{}:iam::{}:root", context.partition, context.account
                )
            },
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
                    "kms:CallerAccount": context.account,
                    "kms:ViaService": pulumi.Output.format(
                        "dynamodb.{}.amazonaws.com", context.region
                    ),
                }
            },
        },
    ]
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements})
