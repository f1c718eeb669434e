"""IAM policy documents and their statements."""

from collections.abc import Mapping, Sequence

import pulumi

Statement = Mapping[str, object]


def allow(
    sid: str,
    actions: Sequence[str],
    *resources: pulumi.Input[str],
    condition: Mapping[str, object] | None = None,
) -> Statement:
    """Return a statement that allows the actions on the resources."""
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": list(resources),
    }
    return statement if condition is None else {**statement, "Condition": condition}


def policy_document(*statements: Statement) -> pulumi.Output[str]:
    """Return the JSON of a policy. Its statements may contain outputs."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})
