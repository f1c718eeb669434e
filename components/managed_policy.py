"""A managed policy of IAM, which people attach to roles of their own."""

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
    """Make the policy, and give its ARN.

    AWS changes a policy's document in place, but never its description: another would mean another
    policy, and AWS deletes none that is attached. So a description stays as it was first deployed.
    """
    opts = pulumi.ResourceOptions(parent=parent, ignore_changes=["description"])
    return aws.iam.Policy(
        resource, name=name, description=description, policy=document, opts=opts
    ).arn
