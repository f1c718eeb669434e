"""A consumer of the table's stream: the mapping to a function, a dead-letter queue, two alarms."""

import json
from typing import Any, Literal

import pulumi
import pulumi_aws as aws

from .alarms import LAMBDA_NAMESPACE, Alarm
from .installation_store import InstallationStore
from .metric_alarm import metric_alarm
from .policy_document import Statement, allow
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
        alarm_title: str,
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
        alarm = Alarm(
            name=name,
            title=alarm_title,
            namespace="AWS/SQS",
            metric="ApproximateNumberOfMessagesVisible",
            dimension="QueueName",
            statistic="Maximum",
            threshold=1,
        )
        metric_alarm(context, alarm, queue.name, opts=pulumi.ResourceOptions(parent=self))
        self.arn = queue.arn
        self.register_outputs({"arn": self.arn})

    def keep_failures(self) -> Statement:
        """Return the IAM statement that allows sending to the queue."""
        return allow("KeepFailures", ["sqs:SendMessage"], self.arn)


def invoke_with_changes(
    context: StackContext,
    function: StackFunction,
    store: InstallationStore,
    pattern: dict[str, Any],
    *,
    name: str,
    failed: FailedQueue,
    starting_position: Literal["TRIM_HORIZON", "LATEST"],
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
    late = Alarm(
        name=f"{name}-late",
        title="Changes are processed late",
        namespace=LAMBDA_NAMESPACE,
        metric="IteratorAge",
        dimension="FunctionName",
        statistic="Maximum",
        threshold=LATE_MILLISECONDS,
    )
    metric_alarm(context, late, function.name, opts=opts)
