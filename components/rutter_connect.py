"""RutterConnect: what connects installed stores to Rutter: a function, its queue, and what failed.

The table's stream tells the function of every store whose token or status changed. The function
puts the store into a queue, which gives it back one store at a time: there a store can wait and be
tried again by itself, which in a stream would hold up all that follow.
"""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from .app import read_credentials_statement, rutter_secret_prefix, secret_prefix
from .installation_store import InstallationStore
from .part_names import RUTTER_FAILED_QUEUE, RUTTER_QUEUE
from .stack_context import StackContext
from .stack_function import FunctionBasis, FunctionSpec, StackFunction
from .table_stream import RETENTION_SECONDS, FailedQueue, invoke_with_changes

CONNECT = FunctionSpec(
    name="rutter-connect",
    description="Connects installed stores to Rutter",
    handler="lambdas.rutter_connect.handler",
    timeout=30,
)

# AWS advises six times what the function may take.
VISIBILITY_SECONDS = 6 * CONNECT.timeout
# With the pauses between them, which double up to a quarter of an hour, about 35 minutes.
RECEIPTS = 10
# Rutter takes 500 requests in 10 seconds from an organization.
CONNECTED_AT_ONCE = 5
# Of stores' records alone: so what the function writes itself never comes back to it.
CHANGES = {
    "eventName": ["INSERT", "MODIFY"],
    "dynamodb": {"Keys": {"sk": {"S": ["STORE"]}}},
}


class RutterConnect(pulumi.ComponentResource):
    """The function that connects stores to Rutter, with what invokes it.

    What fails for good is in a queue of its own, and raises an alarm that tells the SNS topics.

    Attributes:
        function: the function.
        queue_url: the queue with the stores to connect.
    """

    function: StackFunction
    queue_url: pulumi.Output[str]

    def __init__(
        self,
        context: StackContext,
        store: InstallationStore,
        basis: FunctionBasis,
        *,
        organization_ids: Sequence[str],
        base_url: str,
        topics: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bigcommerce:index:RutterConnect", CONNECT.name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        failed = FailedQueue(
            context,
            RUTTER_FAILED_QUEUE,
            alarm_description="Stores could not be handed to Rutter: docs/rutter.md#when-it-fails. "
            "Once what the function's log says is mended: python -m installations redrive --stack "
            f"{context.stack}",
            topics=topics,
            opts=child,
        )
        queue = aws.sqs.Queue(
            RUTTER_QUEUE,
            name=context.name(RUTTER_QUEUE),
            message_retention_seconds=RETENTION_SECONDS,
            visibility_timeout_seconds=VISIBILITY_SECONDS,
            sqs_managed_sse_enabled=True,
            redrive_policy=pulumi.Output.json_dumps(
                {"deadLetterTargetArn": failed.arn, "maxReceiveCount": RECEIPTS}
            ),
            opts=child,
        )
        function = StackFunction(
            context,
            CONNECT,
            basis,
            environment={
                "TABLE_NAME": store.table_name,
                "SECRET_PREFIX": secret_prefix(context),
                "RUTTER_SECRET_PREFIX": rutter_secret_prefix(context),
                "RUTTER_BASE_URL": base_url,
                "RUTTER_QUEUE_URL": queue.url,
                "ACCESS_TOKEN_KEY_ARN": store.key_arn,
            },
            statements=[
                read_credentials_statement(context),
                read_rutter_credentials_statement(context),
                store.read_items_statement(),
                store.write_connections_statement(),
                store.decrypt_statement(organization_ids),
                store.encrypt_statement(),
                *store.read_stream_statements(),
                _use_queue(queue),
                failed.keep_statement(),
            ],
            opts=child,
        )
        invoke_with_changes(
            function, store, CHANGES, name="rutter-changes", failed=failed, opts=child
        )
        aws.lambda_.EventSourceMapping(
            "rutter-stores",
            function_name=function.name,
            event_source_arn=queue.arn,
            batch_size=1,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config={"maximum_concurrency": CONNECTED_AT_ONCE},
            opts=child,
        )
        self.function = function
        self.queue_url = queue.url
        self.register_outputs({"queueUrl": self.queue_url})


def operator_statements(context: StackContext) -> list[dict[str, object]]:
    """The IAM statements for the operator's commands: to hand stores over, and to try again."""
    return [
        {
            "Sid": "HandOver",
            "Effect": "Allow",
            "Action": ["sqs:GetQueueUrl", "sqs:SendMessage"],
            "Resource": [context.arn("sqs", context.name(RUTTER_QUEUE))],
        },
        {
            "Sid": "TryAgain",
            "Effect": "Allow",
            "Action": ["sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:DeleteMessage"],
            "Resource": [context.arn("sqs", context.name(RUTTER_FAILED_QUEUE))],
        },
    ]


def read_rutter_credentials_statement(context: StackContext) -> dict[str, object]:
    """The IAM statement that allows reading the organizations' credentials at Rutter."""
    return {
        "Sid": "ReadRutterCredentials",
        "Effect": "Allow",
        "Action": ["secretsmanager:GetSecretValue"],
        "Resource": [context.arn("secretsmanager", f"secret:{rutter_secret_prefix(context)}*")],
    }


def _use_queue(queue: aws.sqs.Queue) -> dict[str, object]:
    return {
        "Sid": "UseQueue",
        "Effect": "Allow",
        "Action": [
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
            "sqs:SendMessage",
        ],
        "Resource": [queue.arn],
    }
