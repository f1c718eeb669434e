"""The document of an IAM policy, whatever it is attached to."""

from collections.abc import Mapping

import pulumi


def policy_document(*statements: Mapping[str, object]) -> pulumi.Output[str]:
    """The JSON of a policy with these statements, in which there may be outputs."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})
