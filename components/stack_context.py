"""What every component needs to know of the stack it is part of: how to name things, and where."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True)
class StackContext:
    """The project and stack that are being deployed, and the account and region they go to.

    Attributes:
        project: the project's name, as Pulumi.yaml gives it.
        stack: the stack's name, such as `dev`.
        partition: AWS's partition, such as `aws`.
        region: the stack's region.
        account: the account's number.
        permissions_boundary_arn: the managed policy beyond which no role of the stack may act; None
            where the account asks for none.
    """

    project: str
    stack: str
    partition: pulumi.Output[str]
    region: pulumi.Output[str]
    account: pulumi.Output[str]
    permissions_boundary_arn: str | None

    @classmethod
    def current(cls, *, permissions_boundary_arn: str | None) -> "StackContext":
        """The context of the deployment this program runs in."""
        return cls(
            pulumi.get_project(),
            pulumi.get_stack(),
            partition=aws.get_partition_output().partition,
            region=aws.get_region_output().region,
            account=aws.get_caller_identity_output().account_id,
            permissions_boundary_arn=permissions_boundary_arn,
        )

    @property
    def service(self) -> str:
        """What the functions' log lines and metrics are told apart by from another stack's."""
        return f"{self.project}-{self.stack}"

    def name(self, part: str) -> str:
        """The physical name of a part: project, stack and part."""
        return f"{self.service}-{part}"

    def arn(self, service: str, resource: str) -> pulumi.Output[str]:
        """The ARN of a resource of a service in this account and region."""
        return pulumi.Output.format(
            "arn:{}:{}:{}:{}:{}", self.partition, service, self.region, self.account, resource
        )
