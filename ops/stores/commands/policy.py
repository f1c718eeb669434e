"""`policy`: the IAM policy of a consumer of one app."""

import argparse
import json
import sys
from typing import Any

from ops.choice import chosen_apps
from ops.stores.stack import Stack


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose stores."""
    parser.add_argument(
        "organization_id", metavar="ORGANIZATION_ID", help="the app's, as in the configuration"
    )


def run(stack: Stack, options: argparse.Namespace) -> int:
    """Print an IAM policy for code that reads the stores and access tokens of one app.

    The stack's policy accessTokenReaderPolicyArn is for every app of the stack; this one is for one
    of them. It allows reading and decrypting, and changes nothing in AWS: make a policy of it with
    `aws iam create-policy --policy-name NAME --policy-document file://FILE`.
    """
    (app,) = chosen_apps(stack.outputs, [options.organization_id])
    sys.stdout.write(json.dumps(document(stack, app.organization_id), indent=2) + "\n")
    return 0


def document(stack: Stack, organization_id: str) -> dict[str, Any]:
    """The policy of a consumer of this organization's stores.

    `ForAllValues` holds of a request without keys too, so that `Null` asks for them. Source: the
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
