"""InstallationStore: the DynamoDB table of installed stores and the key of their access tokens."""

from collections.abc import Callable, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from .ci_roles import deploy_role_name, preview_role_name
from .managed_policy import managed_policy
from .part_names import TABLE
from .policy_document import policy_document
from .stack_context import StackContext

# The index of the table by organization. An item is in it if it has both keys: whatever belongs to
# a store, and no app's profile. What else of an item is in it says nothing of a token or a person.
INDEX = "by-organization"
INDEX_KEYS = ("organization_id", "store_hash")
INDEXED = (
    "status",
    "client_id",
    "installed_at",
    "granted_at_ms",
    "scopes",
    "user_count",
    "uninstalled_at",
    # What was verified of a store.
    "verdict",
    "domain",
)

# Two sparse indexes: from Rutter's ID of a connection to its store, and the stores of an app that
# are due to be reconciled with Rutter, by time.
CONNECTION_INDEX = "by-connection"
CONNECTION_INDEX_KEY = "connection_id"
DUE_INDEX = "by-due"
DUE_INDEX_KEYS = ("connection_app", "connection_due")
ATTRIBUTES = {
    **dict.fromkeys(("pk", "sk", *INDEX_KEYS, CONNECTION_INDEX_KEY), "S"),
    **dict(zip(DUE_INDEX_KEYS, "SN", strict=True)),
}


class InstallationStore(pulumi.ComponentResource):
    """The table, its indexes and customer-managed key, and the policy of who reads access tokens.

    One key serves twice: DynamoDB encrypts the table with it, and the auth function encrypts each
    access token with it once more, so that reading the table alone shows no token.

    Attributes:
        table_name: the table's name.
        table_arn: the table's ARN.
        stream_arn: the ARN of the table's stream.
        key_arn: the key's ARN.
        reader_policy_arn: the managed policy that lets a consumer read and decrypt access tokens.
    """

    table_name: pulumi.Output[str]
    table_arn: pulumi.Output[str]
    stream_arn: pulumi.Output[str]
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
            description=f"Access tokens and the table {context.name(TABLE)}",
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
            name=context.name(TABLE),
            billing_mode="PAY_PER_REQUEST",
            hash_key="pk",
            range_key="sk",
            attributes=[{"name": name, "type": type_} for name, type_ in ATTRIBUTES.items()],
            global_secondary_indexes=[
                {
                    "name": INDEX,
                    "key_schemas": _key_schemas(*INDEX_KEYS),
                    "projection_type": "INCLUDE",
                    "non_key_attributes": list(INDEXED),
                },
                {
                    "name": CONNECTION_INDEX,
                    "key_schemas": _key_schemas(CONNECTION_INDEX_KEY),
                    "projection_type": "KEYS_ONLY",
                },
                {
                    "name": DUE_INDEX,
                    "key_schemas": _key_schemas(*DUE_INDEX_KEYS),
                    "projection_type": "KEYS_ONLY",
                },
            ],
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
        self.table_arn = table.arn
        self.stream_arn = table.stream_arn
        self.reader_policy_arn = managed_policy(
            "access-token-reader",
            name=context.name("access-token-reader"),
            description="Read installed stores and decrypt their BigCommerce access tokens",
            document=policy_document(self.read_items_statement(), self.decrypt_any_statement()),
            parent=self,
        )
        self.register_outputs(
            {
                "tableName": self.table_name,
                "tableArn": self.table_arn,
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
            "Resource": [self.table_arn],
        }

    def read_profiles_statement(self) -> dict[str, object]:
        """The IAM statement that allows reading apps' profiles, and nothing of a store."""
        return {
            "Sid": "ReadProfiles",
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem"],
            "Resource": [self.table_arn],
            "Condition": {
                "ForAllValues:StringNotLike": {"dynamodb:LeadingKeys": ["ORG#*#STORE#*"]}
            },
        }

    def find_connections_statement(self, *indexes: str) -> dict[str, object]:
        """The IAM statement that allows finding stores by these indexes, which show keys alone."""
        return {
            "Sid": "FindConnections",
            "Effect": "Allow",
            "Action": ["dynamodb:Query"],
            "Resource": [
                pulumi.Output.format("{}/index/{}", self.table_arn, index) for index in indexes
            ],
        }

    def write_records_statement(self) -> dict[str, object]:
        """The IAM statement that allows writing stores' records.

        The apps' profiles, in the same table, are for the deployment alone to write.
        """
        return {
            "Sid": "WriteRecords",
            "Effect": "Allow",
            "Action": ["dynamodb:PutItem"],
            "Resource": [self.table_arn],
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

    def write_connections_statement(self, *attributes: str) -> dict[str, object]:
        """The IAM statement that allows writing these attributes (`connection_*`) of stores' items.

        Connections are items next to the records. IAM does not see a sort key, but no attribute
        that a record says something with has this prefix. What was there before is not returned.
        """
        return {
            "Sid": "WriteConnections",
            "Effect": "Allow",
            "Action": ["dynamodb:UpdateItem"],
            "Resource": [self.table_arn],
            "Condition": {
                "ForAllValues:StringLike": {
                    "dynamodb:LeadingKeys": ["ORG#*#STORE#*"],
                    "dynamodb:Attributes": ["pk", "sk", *attributes],
                },
                "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE"]},
            },
        }

    def decrypt_statement(self, organization_ids: Sequence[str]) -> dict[str, object]:
        """The IAM statement that allows decrypting the access tokens of these apps.

        IAM lets a request through that names no app, and KMS refuses it: every token is bound to an
        encryption context with its app. `StringEquals` would say so here too, but the embedded AWS
        knows no encryption context in a condition, and would refuse every request.
        """
        return {
            "Sid": "DecryptAccessTokens",
            "Effect": "Allow",
            "Action": ["kms:Decrypt"],
            "Resource": [self.key_arn],
            "Condition": {
                "StringEqualsIfExists": {
                    "kms:EncryptionContext:organization_id": list(organization_ids)
                }
            },
        }

    def read_stream_statements(self) -> list[dict[str, object]]:
        """The IAM statements that let Lambda read the table's stream for a function."""
        return [
            {
                "Sid": "ReadStream",
                "Effect": "Allow",
                "Action": [
                    "dynamodb:DescribeStream",
                    "dynamodb:GetRecords",
                    "dynamodb:GetShardIterator",
                ],
                "Resource": [self.stream_arn],
            },
            # It has no resource to name.
            {
                "Sid": "ListStreams",
                "Effect": "Allow",
                "Action": ["dynamodb:ListStreams"],
                "Resource": ["*"],
            },
        ]

    def list_stores_statement(self) -> dict[str, object]:
        """The IAM statement that allows listing stores by the index.

        The table itself is not scanned: the index has every store, and neither tokens nor e-mails.
        """
        return {
            "Sid": "ListStores",
            "Effect": "Allow",
            "Action": ["dynamodb:Query", "dynamodb:Scan"],
            "Resource": [pulumi.Output.format("{}/index/{}", self.table_arn, INDEX)],
        }

    def decrypt_any_statement(self) -> dict[str, object]:
        """The IAM statement that allows decrypting the access tokens of every app.

        Not those of connections at Rutter: the encryption context of these names an issuer.
        """
        return {
            "Sid": "DecryptAccessTokens",
            "Effect": "Allow",
            "Action": ["kms:Decrypt"],
            "Resource": [self.key_arn],
            "Condition": {"Null": {"kms:EncryptionContext:issuer": "true"}},
        }


def _key_schemas(
    *names: str,
) -> "list[aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgsDict]":
    return [
        {"attribute_name": name, "key_type": key_type}
        for name, key_type in zip(names, ("HASH", "RANGE"), strict=False)
    ]


def _key_policy(context: StackContext) -> pulumi.Output[str]:
    """Who may use the key: whom IAM allows, and two services for whom they let at their data.

    Sources: the DynamoDB developer guide, "Encryption at rest", and the Secrets Manager user guide,
    "Secret encryption and decryption": with a customer-managed key every caller needs the key's
    permission through the service. `kms:ViaService` gives just that: nobody can decrypt an access
    token by it, since those are decrypted by calling KMS directly.
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
        _allow_through(
            context,
            "DynamoDb",
            "dynamodb",
            [
                "kms:CreateGrant",
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ],
        ),
        _allow_through(
            context, "SecretsManager", "secretsmanager", ["kms:Decrypt", "kms:GenerateDataKey"]
        ),
    ]
    statements += [
        _allow_role(context, "AllowDeployRole", deploy_role_name, CHANGE_KEY + LOOK_AT_KEY),
        _allow_role(context, "AllowPreviewRole", preview_role_name, LOOK_AT_KEY),
    ]
    return policy_document(*statements)


def _allow_through(
    context: StackContext, name: str, service: str, actions: list[str]
) -> dict[str, Any]:
    return {
        "Sid": f"AllowThrough{name}",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": actions,
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "kms:CallerAccount": context.account,
                "kms:ViaService": pulumi.Output.concat(
                    service, ".", context.region, ".amazonaws.com"
                ),
            }
        },
    }


# What the AWS provider calls to look at a key, and to change it. Neither uses it.
LOOK_AT_KEY = (
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListResourceTags",
)
CHANGE_KEY = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DisableKeyRotation",
    "kms:EnableKeyRotation",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)


def _allow_role(
    context: StackContext,
    sid: str,
    role_name: Callable[[str, str], str],
    actions: Sequence[str],
) -> dict[str, Any]:
    """Let one of CI's roles at this key, and so at no other: keys have no names for IAM to tell.

    The role may not exist, so it is not the principal but a condition.
    """
    role = role_name(context.project, context.stack)
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": sorted(actions),
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "aws:PrincipalArn": pulumi.Output.format(
                    "arn:{}:iam::{}:role/{}", context.partition, context.account, role
                )
            }
        },
    }
