"""Evaluates a policy with the embedded AWS's evaluator and any condition key.

The embedded AWS does not check `iam:PassRole`, nor the condition keys of permissions boundaries,
DynamoDB's leading keys and KMS, when it is called.
"""

from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

from bootstrap.policy import PolicyScope
from bootstrap.settings import main_project

ACCOUNT = "000000000000"
REGION = "us-east-1"
PROJECT = main_project()
SCOPE = PolicyScope(
    "aws",
    REGION,
    ACCOUNT,
    PROJECT,
    "local",
    domain="apps.example.com",
    zone="Z1",
    bucket="state",
    secrets_key=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/state",
)


def arn(service: str, resource: str) -> str:
    """Return the ARN of a resource. IAM has no regions."""
    return f"arn:aws:{service}:{'' if service == 'iam' else REGION}:{ACCOUNT}:{resource}"


def allows(policy: str | dict[str, Any], action: str, resource: str, **keys: Any) -> bool:
    """Return whether a policy allows an action. In condition keys, `__` stands for a colon."""
    context = EvalContext(
        principal_arn=arn("iam", "role/any"),
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=action,
        resource_arn=resource,
        region=REGION,
        service_context={key.replace("__", ":").lower(): value for key, value in keys.items()},
    )
    decision: str = evaluate(context, [parse_policy_document(policy)]).decision
    return decision == "Allow"
