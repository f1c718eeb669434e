"""What consumes the table's stream: a function's mapping, its dead-letter queue, and two alarms."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pulumi
import pulumi_aws as aws

from .installation_store import InstallationStore
from .stack_context import StackContext
from .stack_function import StackFunction

# The longest that AWS keeps a message.
RETENTION_SECONDS = 14 * 86_400
# The stream keeps a change for 24 hours. Older ones go to the dead-letter queue.
OLDEST_CHANGE_SECONDS = 12 * 3600
# A handler that returns batchItemFailures has not failed: only the age of its changes shows it.
LATE_MILLISECONDS = 15 * 60 * 1000


class FailedQueue(pulumi.ComponentResource):
    """A dead-letter queue, with an alarm that notifies the SNS topics of what it receives.

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
        """`name` is the queue's and the alarm's within the stack."""
        super().__init__("bigcommerce:index:FailedQueue", name, None, opts)
        queue = aws.sqs.Queue(
            name,
            name=context.name(name),
            message_retention_seconds=RETENTION_SECONDS,
            sqs_managed_sse_enabled=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        _alarm(
            context,
            name,
            description=alarm_description,
            namespace="AWS/SQS",
            metric="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": queue.name},
            threshold=0,
            topics=topics,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = queue.arn
        self.register_outputs({"arn": self.arn})

    def keep_statement(self) -> dict[str, object]:
        """The IAM statement that allows sending to the queue."""
        return {
            "Sid": "KeepFailures",
            "Effect": "Allow",
            "Action": ["sqs:SendMessage"],
            "Resource": [self.arn],
        }


def invoke_with_changes(
    context: StackContext,
    function: StackFunction,
    store: InstallationStore,
    pattern: dict[str, Any],
    *,
    name: str,
    failed: FailedQueue,
    starting_position: Literal["TRIM_HORIZON", "LATEST"],
    topics: Sequence[pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
) -> None:
    """Have the table's stream invoke a function with the changes that match a filter pattern.

    `name` is the mapping's in the program, and its alarm's. `failed` receives where in the stream
    the changes were that the function did not handle in time. A function that has another way to
    find earlier changes starts with the `LATEST`, so that old ones raise no alarm.
    """
    aws.lambda_.EventSourceMapping(
        name,
        function_name=function.name,
        event_source_arn=store.stream_arn,
        starting_position=starting_position,
        batch_size=100,
        filter_criteria={"filters": [{"pattern": json.dumps(pattern)}]},
        function_response_types=["ReportBatchItemFailures"],
        bisect_batch_on_function_error=True,
        maximum_record_age_in_seconds=OLDEST_CHANGE_SECONDS,
        # No limit but the age: AWS discards a change at whichever it reaches first.
        maximum_retry_attempts=-1,
        destination_config={"on_failure": {"destination_arn": failed.arn}},
        opts=opts,
    )
    _alarm(
        context,
        f"{name}-late",
        description="Changes are processed late: docs/runbook.md#changes-are-processed-late",
        namespace="AWS/Lambda",
        metric="IteratorAge",
        dimensions={"FunctionName": function.name},
        threshold=LATE_MILLISECONDS,
        topics=topics,
        opts=opts,
    )


def _alarm(
    context: StackContext,
    name: str,
    *,
    description: str,
    namespace: str,
    metric: str,
    dimensions: Mapping[str, pulumi.Input[str]],
    threshold: int,
    topics: Sequence[pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
) -> None:
    """Make an alarm for when the metric is above the threshold once in five minutes."""
    aws.cloudwatch.MetricAlarm(
        name,
        name=context.name(name),
        alarm_description=description,
        namespace=namespace,
        metric_name=metric,
        dimensions=dimensions,
        statistic="Maximum",
        period=300,
        evaluation_periods=1,
        comparison_operator="GreaterThanThreshold",
        threshold=threshold,
        treat_missing_data="notBreaching",
        alarm_actions=topics,
        ok_actions=topics,
        opts=opts,
    )
