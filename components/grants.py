"""Grants: what the role of a function or an operator may do with the stack's data.

Each function returns an IAM statement for the resources of one stack.
"""

from collections.abc import Sequence

import pulumi

from .installation_store import INDEX, InstallationStore
from .policy_document import Statement, allow
from .stack_context import StackContext

# The partition keys of stores' items. An app's profile has `ORG#{organization_id}`.
_STORES = ["ORG#*#STORE#*"]
_LEADING_KEYS = "dynamodb:LeadingKeys"


def read_credentials(context: StackContext) -> Statement:
    """Read the credentials of the stack's apps.

    The statement names a prefix, so that adding an app changes no role.
    """
    return _read_secrets("ReadCredentials", context, context.secret_prefix)


def read_rutter_credentials(context: StackContext) -> Statement:
    """Read the apps' credentials at Rutter."""
    return _read_secrets("ReadRutterCredentials", context, context.rutter_secret_prefix)


def read_items(store: InstallationStore, *more_actions: str) -> Statement:
    """Read single items: stores' records and apps' profiles."""
    return allow("ReadItems", ["dynamodb:GetItem", *more_actions], store.table_arn)


def read_profiles(store: InstallationStore) -> Statement:
    """Read apps' profiles, and no store's items."""
    return allow(
        "ReadProfiles",
        ["dynamodb:GetItem"],
        store.table_arn,
        condition={"ForAllValues:StringNotLike": {_LEADING_KEYS: _STORES}},
    )


def write_records(store: InstallationStore, *more_actions: str) -> Statement:
    """Write stores' records. Only the deployment writes the apps' profiles."""
    return allow(
        "WriteRecords",
        ["dynamodb:PutItem", *more_actions],
        store.table_arn,
        condition={"ForAllValues:StringLike": {_LEADING_KEYS: _STORES}},
    )


def write_connections(store: InstallationStore, *attributes: str) -> Statement:
    """Write these attributes (`connection_*`) of stores' items, without reading old values.

    Connections are items next to the records. IAM does not see a sort key, but no attribute of a
    record has this prefix.
    """
    return allow(
        "WriteConnections",
        ["dynamodb:UpdateItem"],
        store.table_arn,
        condition={
            "ForAllValues:StringLike": {
                _LEADING_KEYS: _STORES,
                "dynamodb:Attributes": ["pk", "sk", *attributes],
            },
            "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE"]},
        },
    )


def find_connections(store: InstallationStore, *indexes: str) -> Statement:
    """Query these indexes, which contain keys only."""
    found = [pulumi.Output.format("{}/index/{}", store.table_arn, index) for index in indexes]
    return allow("FindConnections", ["dynamodb:Query"], *found)


def list_stores(store: InstallationStore) -> Statement:
    """List stores by the index, which has every store and neither tokens nor email addresses."""
    index = pulumi.Output.format("{}/index/{}", store.table_arn, INDEX)
    return allow("ListStores", ["dynamodb:Query", "dynamodb:Scan"], index)


def read_stream(store: InstallationStore) -> list[Statement]:
    """Let Lambda read the table's stream for a function."""
    actions = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
    return [
        allow("ReadStream", actions, store.stream_arn),
        # This action supports no resource.
        allow("ListStreams", ["dynamodb:ListStreams"], "*"),
    ]


def encrypt_tokens(store: InstallationStore) -> Statement:
    """Encrypt access tokens, and not decrypt them."""
    return allow("EncryptAccessTokens", ["kms:Encrypt"], store.key_arn)


def decrypt_tokens_of_apps(store: InstallationStore, organization_ids: Sequence[str]) -> Statement:
    """Decrypt the access tokens of these apps.

    IAM also allows a request that names no app, and KMS refuses it, because every token is bound to
    an encryption context with its app. `StringEquals` would be clearer. But the embedded AWS
    supports no encryption context in a condition, and would refuse every request.
    """
    apps = {"kms:EncryptionContext:organization_id": list(organization_ids)}
    return _decrypt_tokens(store, {"StringEqualsIfExists": apps})


def decrypt_tokens(store: InstallationStore) -> Statement:
    """Decrypt the access tokens of every app.

    Tokens of connections at Rutter are excluded: their encryption context names an issuer.
    """
    return _decrypt_tokens(store, {"Null": {"kms:EncryptionContext:issuer": "true"}})


def _read_secrets(sid: str, context: StackContext, prefix: str) -> Statement:
    secrets = context.arn("secretsmanager", f"secret:{prefix}*")
    return allow(sid, ["secretsmanager:GetSecretValue"], secrets)


def _decrypt_tokens(store: InstallationStore, condition: dict[str, object]) -> Statement:
    return allow("DecryptAccessTokens", ["kms:Decrypt"], store.key_arn, condition=condition)
