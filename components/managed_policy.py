"""An IAM managed policy, which people attach to their own roles."""

import pulumi
import pulumi_aws as aws


def managed_policy(
    resource: str,
    *,
    name: str,
    description: str,
    document: pulumi.Input[str],
    parent: pulumi.Resource,
) -> pulumi.Output[str]:
    """Create the policy and return its ARN.

    AWS never changes a policy's description. Another description would replace the policy, and AWS
    deletes no policy that is attached. So the description stays as it was first deployed.
    """
    opts = pulumi.ResourceOptions(parent=parent, ignore_changes=["description"])
    return aws.iam.Policy(
        resource, name=name, description=description, policy=document, opts=opts
    ).arn
