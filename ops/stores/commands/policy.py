"""`policy`: the IAM policy for code that reads one app's tokens."""

from typing import Annotated, Any

from cyclopts import Parameter

from ops.options import SELECTED, Target, chosen_apps
from ops.stores.output import print_json
from ops.stores.stack import Stack, opened


def run(
    organization_id: Annotated[str, Parameter(help="The app's, as in the configuration.")],
    /,
    *,
    target: Target = SELECTED,
) -> int:
    """Print an IAM policy for code that reads one app's stores and tokens.

    The output accessTokenReaderPolicyArn is a policy for all apps of the stack;
    this one is for one app. It allows reading and decrypting. To create it, run
    `aws iam create-policy --policy-name NAME --policy-document file://FILE`.
    """
    with opened(target) as stack:
        (app,) = chosen_apps(stack.outputs, [organization_id])
    print_json(document(stack, app.organization_id))
    return 0


def document(stack: Stack, organization_id: str) -> dict[str, Any]:
    """Return the policy for code that reads this organization's stores.

    `ForAllValues` is also true for a request without keys, so `Null` requires keys. Source: the
    DynamoDB developer guide, "Using IAM policy conditions for fine-grained access control".
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ReadRecords",
                "Effect": "Allow",
                "Action": ["dynamodb:GetItem"],
                "Resource": [stack.table_arn],
                "Condition": _keys("StringLike", f"ORG#{organization_id}#STORE#*"),
            },
            {
                "Sid": "ListStores",
                "Effect": "Allow",
                "Action": ["dynamodb:Query"],
                "Resource": [f"{stack.table_arn}/index/{stack.index_name}"],
                "Condition": _keys("StringEquals", organization_id),
            },
            {
                "Sid": "DecryptAccessTokens",
                "Effect": "Allow",
                "Action": ["kms:Decrypt"],
                "Resource": [stack.key_arn],
                "Condition": {
                    "StringEquals": {"kms:EncryptionContext:organization_id": organization_id},
                    # Rutter's tokens name an issuer.
                    "Null": {"kms:EncryptionContext:issuer": "true"},
                },
            },
        ],
    }


def _keys(operator: str, pattern: str) -> dict[str, Any]:
    return {
        f"ForAllValues:{operator}": {"dynamodb:LeadingKeys": [pattern]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }
