"""InstallationStore: the DynamoDB table of installed stores and the key of their access tokens."""

import pulumi
import pulumi_aws as aws

from portal.part_names import TABLE

from .key_policy import key_policy
from .stack_context import StackContext

# The index by organization. It has each item with both keys: everything that belongs to a store,
# and no app's profile. The indexed attributes reveal no token and no person.
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
    # Of the verification.
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
    """The table, its indexes and its customer-managed key.

    DynamoDB encrypts the table with the key. The auth function also encrypts each access token with
    it, so that reading the table alone shows no token.

    Attributes:
        table_name: the table's name.
        table_arn: the table's ARN.
        stream_arn: the ARN of the table's stream.
        key_arn: the key's ARN.
    """

    table_name: pulumi.Output[str]
    table_arn: pulumi.Output[str]
    stream_arn: pulumi.Output[str]
    key_arn: pulumi.Output[str]

    def __init__(
        self,
        context: StackContext,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bigcommerce:index:InstallationStore", "installations", None, opts)
        protect = context.settings.protect
        child = pulumi.ResourceOptions(parent=self)
        protected = pulumi.ResourceOptions(parent=self, protect=protect)
        key = aws.kms.Key(
            "installations",
            description=f"Access tokens and the table {context.name(TABLE)}",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            policy=key_policy(context),
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
        self.register_outputs(
            {"tableName": self.table_name, "tableArn": self.table_arn, "keyArn": self.key_arn}
        )


def _key_schemas(
    *names: str,
) -> "list[aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgsDict]":
    return [
        {"attribute_name": name, "key_type": key_type}
        for name, key_type in zip(names, ("HASH", "RANGE"), strict=False)
    ]
