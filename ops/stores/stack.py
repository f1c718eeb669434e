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
    from mypy_boto3_sqs import SQSClient

# Each client has its own session: threads may share a client, but not a session.
_CONFIG = Config(
    connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 5, "mode": "standard"}
)


@dataclass(frozen=True)
class Stack:
    """A deployed stack, by its outputs. A property raises OutputsError if its output is missing."""

    outputs: Outputs

    @property
    def table_name(self) -> str:
        """The table of stores."""
        return self.outputs.text("installationsTable")

    @property
    def table_arn(self) -> str:
        """The table's ARN."""
        return self.outputs.text("installationsTableArn")

    @property
    def index_name(self) -> str:
        """The table's index by organization."""
        return self.outputs.text("installationsIndex")

    @property
    def key_arn(self) -> str:
        """The KMS key that encrypts access tokens."""
        return self.outputs.text("accessTokenKeyArn")

    @property
    def commands(self) -> Commands:
        """The commands to run next."""
        return self.outputs.commands

    @cached_property
    def apps(self) -> Mapping[str, AppRegistration]:
        """The configured apps by organization ID."""
        return {app.organization_id: app for app in self.outputs.registration.apps}

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """DynamoDB with the operator's credentials."""
        return session(self.outputs).client("dynamodb", config=_CONFIG)

    @cached_property
    def kms(self) -> "KMSClient":
        """KMS with the operator's credentials."""
        return session(self.outputs).client("kms", config=_CONFIG)

    @cached_property
    def sqs(self) -> "SQSClient":
        """SQS with the operator's credentials."""
        return session(self.outputs).client("sqs", config=_CONFIG)


@contextmanager
def opened(target: Target) -> Iterator[Stack]:
    """Open the stack for a block; turn AWS's errors in it into CommandError."""
    outputs = target.outputs()
    with aws_errors_explained(outputs.text("operatorPolicyArn")):
        yield Stack(outputs)
