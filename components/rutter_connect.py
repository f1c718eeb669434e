"""RutterConnect: the function that connects installed stores to Rutter, and what invokes it.

Changes from the table's stream and a scheduled sweep become messages of a queue, which delivers one
store at a time. There a store can wait and be retried by itself; in a stream it would hold up all
that follow.
"""

import json
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from portal.part_names import RUTTER_FAILED_QUEUE, RUTTER_QUEUE

from . import grants
from .installation_store import CONNECTION_INDEX, DUE_INDEX, InstallationStore
from .policy_document import Statement, allow
from .stack_context import StackContext
from .stack_function import FunctionSpec, StackFunction
from .table_stream import RETENTION_SECONDS, FailedQueue, invoke_with_changes

CONNECT = FunctionSpec(
    name="rutter-connect",
    description="Connects installed stores to Rutter",
    timeout=30,
)

SWEEP_MINUTES = 5
# AWS recommends six times the function's timeout.
VISIBILITY_SECONDS = 6 * CONNECT.timeout
# With the pauses between them, which double up to 15 minutes, about 35 minutes.
RECEIVES = 10
# Rutter accepts 500 requests in 10 seconds from an organization.
CONCURRENT_STORES = 5
# Callbacks write a due time into every record; the function only removes it. So its own writes do
# not invoke it.
CHANGES = {
    "eventName": ["INSERT", "MODIFY"],
    "dynamodb": {
        "Keys": {"sk": {"S": ["STORE"]}},
        "NewImage": {"connection_due": {"N": [{"exists": True}]}},
    },
}


class RutterConnect(pulumi.ComponentResource):
    """The function, its queue, the schedule of its sweep, and its dead-letter queue.

    Attributes:
        function: the function.
        queue_url: the queue of the stores to reconcile.
    """

    function: StackFunction
    queue_url: pulumi.Output[str]

    def __init__(
        self,
        context: StackContext,
        store: InstallationStore,
        organization_ids: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bigcommerce:index:RutterConnect", CONNECT.name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        failed = FailedQueue(
            context,
            RUTTER_FAILED_QUEUE,
            alarm_title="Stores could not be connected to Rutter",
            opts=child,
        )
        queue = _queue(context, failed, opts=child)
        function = _function(context, store, queue, failed, organization_ids, opts=child)
        invoke_with_changes(
            context,
            function,
            store,
            CHANGES,
            name="rutter-changes",
            failed=failed,
            starting_position="LATEST",  # the sweep finds what changed before
            opts=child,
        )
        aws.lambda_.EventSourceMapping(
            "rutter-stores",
            function_name=function.name,
            event_source_arn=queue.arn,
            batch_size=1,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config={"maximum_concurrency": CONCURRENT_STORES},
            opts=child,
        )
        _sweep(context, function, organization_ids, opts=child)
        self.function = function
        self.queue_url = queue.url
        self.register_outputs({"queueUrl": self.queue_url})


def operator_grants(context: StackContext) -> list[Statement]:
    """Return the IAM statements for operators, who connect stores and redrive failed messages."""
    return [
        allow(
            "Connect",
            ["sqs:GetQueueUrl", "sqs:SendMessage"],
            context.arn("sqs", context.name(RUTTER_QUEUE)),
        ),
        allow(
            "Retry",
            ["sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:DeleteMessage"],
            context.arn("sqs", context.name(RUTTER_FAILED_QUEUE)),
        ),
    ]


def _queue(
    context: StackContext, failed: FailedQueue, *, opts: pulumi.ResourceOptions
) -> aws.sqs.Queue:
    """Return the queue of the stores to reconcile."""
    return aws.sqs.Queue(
        RUTTER_QUEUE,
        name=context.name(RUTTER_QUEUE),
        message_retention_seconds=RETENTION_SECONDS,
        visibility_timeout_seconds=VISIBILITY_SECONDS,
        sqs_managed_sse_enabled=True,
        redrive_policy=pulumi.Output.json_dumps(
            {"deadLetterTargetArn": failed.arn, "maxReceiveCount": RECEIVES},
            separators=(",", ":"),  # as AWS returns it
        ),
        opts=opts,
    )


def _function(
    context: StackContext,
    store: InstallationStore,
    queue: aws.sqs.Queue,
    failed: FailedQueue,
    organization_ids: Sequence[str],
    *,
    opts: pulumi.ResourceOptions,
) -> StackFunction:
    return StackFunction(
        context,
        CONNECT,
        environment={
            "TABLE_NAME": store.table_name,
            "CONNECTION_INDEX": CONNECTION_INDEX,
            "DUE_INDEX": DUE_INDEX,
            "SECRET_PREFIX": context.secret_prefix,
            "RUTTER_SECRET_PREFIX": context.rutter_secret_prefix,
            "RUTTER_BASE_URL": context.settings.rutter_base_url,
            "RUTTER_QUEUE_URL": queue.url,
            "ACCESS_TOKEN_KEY_ARN": store.key_arn,
        },
        statements=[
            grants.read_credentials(context),
            grants.read_rutter_credentials(context),
            grants.read_items(store),
            grants.find_connections(store, CONNECTION_INDEX, DUE_INDEX),
            grants.write_connections(store, "connection_*"),
            grants.decrypt_tokens_of_apps(store, organization_ids),
            grants.encrypt_tokens(store),
            *grants.read_stream(store),
            _use_queue(queue),
            failed.keep_failures(),
        ],
        opts=opts,
    )


def _sweep(
    context: StackContext,
    function: StackFunction,
    organization_ids: Sequence[str],
    *,
    opts: pulumi.ResourceOptions,
) -> None:
    """Have EventBridge invoke the function every few minutes, with the apps that use Rutter."""
    name = "rutter-sweep"
    rule = aws.cloudwatch.EventRule(
        name,
        name=context.name(name),
        description="Reconciles the stores that are due with Rutter",
        schedule_expression=f"rate({SWEEP_MINUTES} minutes)",
        opts=opts,
    )
    aws.cloudwatch.EventTarget(
        name,
        rule=rule.name,
        target_id=CONNECT.name,
        arn=function.arn,
        input=json.dumps(
            {"sweep": list(organization_ids), "seconds": 60 * SWEEP_MINUTES}, separators=(",", ":")
        ),
        opts=opts,
    )
    aws.lambda_.Permission(
        name,
        statement_id=name,
        action="lambda:InvokeFunction",
        function=function.name,
        principal="events.amazonaws.com",
        source_arn=rule.arn,
        opts=opts,
    )


def _use_queue(queue: aws.sqs.Queue) -> Statement:
    actions = [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
    ]
    return allow("UseQueue", actions, queue.arn)
