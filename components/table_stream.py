"""What reads the table's stream: a function that is invoked, and a queue of what it failed at."""

import json
from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from .installation_store import InstallationStore
from .stack_context import StackContext
from .stack_function import StackFunction

# The longest that AWS keeps a message.
RETENTION_SECONDS = 14 * 86_400
# What fails at the stream is AWS itself, and the stream is kept for a day.
OLDEST_CHANGE_SECONDS = 12 * 3600
STREAM_RETRIES = 100


class FailedQueue(pulumi.ComponentResource):
    """The queue of what a function failed at for good, with the alarm that says so.

    Attributes:
        arn: the queue's ARN.
    """

    arn: pulumi.Output[str]

    def __init__(
        self,
        context: StackContext,
        name: str,
        *,
        alarm_description: str,
        topics: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`name` is the queue's within the stack; the alarm tells these SNS topics."""
        super().__init__("bigcommerce:index:FailedQueue", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        queue = aws.sqs.Queue(
            name,
            name=context.name(name),
            message_retention_seconds=RETENTION_SECONDS,
            sqs_managed_sse_enabled=True,
            opts=child,
        )
        aws.cloudwatch.MetricAlarm(
            name,
            name=context.name(name),
            alarm_description=alarm_description,
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": queue.name},
            statistic="Maximum",
            period=300,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            treat_missing_data="notBreaching",
            alarm_actions=topics,
            ok_actions=topics,
            opts=child,
        )
        self.arn = queue.arn
        self.register_outputs({"arn": self.arn})

    def keep_statement(self) -> dict[str, object]:
        """The IAM statement that allows putting what failed into the queue."""
        return {
            "Sid": "KeepFailures",
            "Effect": "Allow",
            "Action": ["sqs:SendMessage"],
            "Resource": [self.arn],
        }


def invoke_with_changes(
    function: StackFunction,
    store: InstallationStore,
    pattern: dict[str, Any],
    *,
    name: str,
    failed: FailedQueue,
    opts: pulumi.ResourceOptions,
) -> None:
    """Have the table's stream invoke a function with the changes that match a filter pattern.

    `name` is the mapping's in the program; `failed` gets the places of what was tried in vain.
    """
    aws.lambda_.EventSourceMapping(
        name,
        function_name=function.name,
        event_source_arn=store.stream_arn,
        starting_position="TRIM_HORIZON",
        batch_size=100,
        filter_criteria={"filters": [{"pattern": json.dumps(pattern)}]},
        function_response_types=["ReportBatchItemFailures"],
        bisect_batch_on_function_error=True,
        maximum_record_age_in_seconds=OLDEST_CHANGE_SECONDS,
        maximum_retry_attempts=STREAM_RETRIES,
        destination_config={"on_failure": {"destination_arn": failed.arn}},
        opts=opts,
    )
