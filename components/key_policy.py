"""The key policy for access tokens, which allows services and roles to use or manage the key."""

from collections.abc import Callable, Sequence
from typing import Any

import pulumi

from .ci_roles import deploy_role_name, preview_role_name
from .policy_document import policy_document
from .stack_context import StackContext

# The AWS provider's calls to read a key, and to change it. Neither uses the key.
READ_KEY = (
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
_DYNAMODB = (
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
)
_SECRETS_MANAGER = ("kms:Decrypt", "kms:GenerateDataKey")


def key_policy(context: StackContext) -> pulumi.Output[str]:
    """Allow what IAM allows, two services that encrypt with the key, and CI's roles.

    With a customer-managed key, every caller needs the key's permission through the service.
    `kms:ViaService` allows only that. It decrypts no access token, because access tokens are
    decrypted by calling KMS directly. Sources: "Encryption at rest" in the DynamoDB developer
    guide, and "Secret encryption and decryption" in the Secrets Manager user guide.
    """
    root = pulumi.Output.format("arn:{}:iam::{}:root", context.partition, context.account)
    return policy_document(
        {
            "Sid": "AllowWhatIamAllows",
            "Effect": "Allow",
            "Principal": {"AWS": root},
            "Action": "kms:*",
            "Resource": "*",
        },
        _allow_through(context, "DynamoDb", "dynamodb", _DYNAMODB),
        _allow_through(context, "SecretsManager", "secretsmanager", _SECRETS_MANAGER),
        _allow_role(context, "AllowDeployRole", deploy_role_name, CHANGE_KEY + READ_KEY),
        _allow_role(context, "AllowPreviewRole", preview_role_name, READ_KEY),
    )


def _allow_through(
    context: StackContext, name: str, service: str, actions: Sequence[str]
) -> dict[str, Any]:
    endpoint = pulumi.Output.concat(service, ".", context.region, ".amazonaws.com")
    condition = {"kms:CallerAccount": context.account, "kms:ViaService": endpoint}
    return _allow_anyone_if(f"AllowThrough{name}", actions, condition)


def _allow_role(
    context: StackContext,
    sid: str,
    role_name: Callable[[str, str], str],
    actions: Sequence[str],
) -> dict[str, Any]:
    """Allow one of CI's roles to manage this key only: IAM cannot tell keys apart by name.

    The role may not exist, so it is not the principal but a condition.
    """
    role = pulumi.Output.format(
        "arn:{}:iam::{}:role/{}",
        context.partition,
        context.account,
        role_name(context.project, context.stack),
    )
    return _allow_anyone_if(sid, actions, {"aws:PrincipalArn": role})


def _allow_anyone_if(
    sid: str, actions: Sequence[str], equal: dict[str, pulumi.Output[str]]
) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": sorted(actions),
        "Resource": "*",
        "Condition": {"StringEquals": equal},
    }
