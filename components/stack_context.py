"""StackContext: the names, account and region of the stack's resources."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from . import lambda_bundle
from .settings.model import Settings


@dataclass(frozen=True)
class StackContext:
    """The project and stack that are being deployed, where to, and with which settings.

    Attributes:
        project: the project's name, as Pulumi.yaml gives it.
        stack: the stack's name, such as `dev`.
        partition: AWS's partition, such as `aws`.
        region: the stack's region.
        account: the account's number.
        settings: the stack's settings.
        code: the deployment package of its functions.
        alarm_topics: ARNs of the SNS topics that the alarms notify.
    """

    project: str
    stack: str
    partition: pulumi.Output[str]
    region: pulumi.Output[str]
    account: pulumi.Output[str]
    settings: Settings
    code: pulumi.Archive
    alarm_topics: tuple[pulumi.Output[str], ...] = ()

    @classmethod
    def current(cls, settings: Settings, parent: pulumi.Resource) -> "StackContext":
        """Return the context of this deployment, with the AWS provider of the parent's children."""
        opts = pulumi.InvokeOutputOptions(parent=parent)
        return cls(
            pulumi.get_project(),
            pulumi.get_stack(),
            partition=aws.get_partition_output(opts=opts).partition,
            region=aws.get_region_output(opts=opts).region,
            account=aws.get_caller_identity_output(opts=opts).account_id,
            settings=settings,
            code=pulumi.FileArchive(str(lambda_bundle.build())),
        )

    @property
    def service(self) -> str:
        """The name that identifies the stack in log lines and metrics."""
        return f"{self.project}-{self.stack}"

    def name(self, part: str) -> str:
        """The physical name of a part: project, stack and part."""
        return f"{self.service}-{part}"

    @property
    def secret_prefix(self) -> str:
        """The start of the name of each app's credentials secret, before the organization ID.

        No other secret's name starts with it: the callbacks' roles may read all that do.
        """
        return f"{self.project}/{self.stack}/apps/"

    @property
    def rutter_secret_prefix(self) -> str:
        """The start of the name of each app's secret for Rutter, which no callback may read."""
        return f"{self.project}/{self.stack}/rutter/"

    def arn(self, service: str, resource: str) -> pulumi.Output[str]:
        """The ARN of a resource of a service in this account and region."""
        return pulumi.Output.format(
            "arn:{}:{}:{}:{}:{}", self.partition, service, self.region, self.account, resource
        )
