"""The deployed stack that a command works on: its apps, its table, and AWS as the operator."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.config import Config

from ops.aws_errors import aws_errors_explained
from ops.aws_session import session
from ops.options import Target
from ops.outputs import Outputs
from portal.model import AppRegistration
from portal.sheet.commands import Commands

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sqs import SQSClient

# Each client has its own session: threads may share a client, but not a session.
_CONFIG = Config(
    connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 5, "mode": "standard"}
)


@dataclass(frozen=True)
class Stack:
    """A deployed stack, by its outputs.

    Attributes:
        outputs: all of them.
        table_name: the table of stores.
        table_arn: the table's ARN.
        index_name: the table's index by organization.
        key_arn: the key that access tokens are encrypted with.
        operator_policy_arn: the managed policy that allows all commands.
        load_log_group: the log of the load function.
    """

    outputs: Outputs
    table_name: str
    table_arn: str
    index_name: str
    key_arn: str
    operator_policy_arn: str
    load_log_group: str

    @classmethod
    def of(cls, outputs: Outputs) -> "Stack":
        """Return the stack with these outputs.

        Raises:
            OutputsError: another version of the program wrote them.
        """
        return cls(
            outputs=outputs,
            table_name=outputs.text("installationsTable"),
            table_arn=outputs.text("installationsTableArn"),
            index_name=outputs.text("installationsIndex"),
            key_arn=outputs.text("accessTokenKeyArn"),
            operator_policy_arn=outputs.text("operatorPolicyArn"),
            load_log_group=outputs.text("loadLogGroup"),
        )

    @property
    def commands(self) -> Commands:
        """The commands to run next."""
        return self.outputs.commands

    @cached_property
    def apps(self) -> Mapping[str, AppRegistration]:
        """The configured apps by organization id."""
        return {app.organization_id: app for app in self.outputs.registration.apps}

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """DynamoDB in the table's region, with the operator's credentials."""
        return session(self.outputs).client("dynamodb", config=_CONFIG)

    @cached_property
    def kms(self) -> "KMSClient":
        """KMS in the same region."""
        return session(self.outputs).client("kms", config=_CONFIG)

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        """CloudWatch Logs in the same region."""
        return session(self.outputs).client("logs", config=_CONFIG)

    @cached_property
    def sqs(self) -> "SQSClient":
        """SQS in the same region."""
        return session(self.outputs).client("sqs", config=_CONFIG)


@contextmanager
def opened(target: Target) -> Iterator[Stack]:
    """Open the stack for a block, and explain AWS's errors in it.

    Raises:
        CommandError: the outputs cannot be read, or AWS refused a call.
    """
    stack = Stack.of(target.outputs())
    with aws_errors_explained(stack.operator_policy_arn):
        yield stack
