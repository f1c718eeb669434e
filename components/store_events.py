"""StoreEvents: an EventBridge bus that tells other consumers what happens to stores."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from .installation_store import InstallationStore
from .stack_context import StackContext
from .stack_function import FunctionBasis, FunctionSpec, StackFunction
from .table_stream import FailedQueue, invoke_with_changes

STORE_EVENTS = FunctionSpec(
    name="store-events",
    description="Tells other consumers what happens to stores",
    handler="lambdas.store_events.handler",
    timeout=30,
)

# Of stores' records and of their connections, also where one is deleted.
CHANGES = {"dynamodb": {"Keys": {"sk": {"S": ["STORE", "CONNECTION"]}}}}


class StoreEvents(pulumi.ComponentResource):
    """The bus, and the function that puts the table's changes on it.

    What fails for good is in a queue, and raises an alarm that tells the SNS topics.

    Attributes:
        function: the function.
        bus_arn: the ARN of the bus.
    """

    function: StackFunction
    bus_arn: pulumi.Output[str]

    def __init__(
        self,
        context: StackContext,
        store: InstallationStore,
        basis: FunctionBasis,
        *,
        topics: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bigcommerce:index:StoreEvents", STORE_EVENTS.name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        bus = aws.cloudwatch.EventBus(
            "installations",
            name=context.name("installations"),
            opts=child,
        )
        failed = FailedQueue(
            context,
            "events-failed",
            alarm_description="Events were not published: docs/events.md#when-it-fails",
            topics=topics,
            opts=child,
        )
        self.function = StackFunction(
            context,
            STORE_EVENTS,
            basis,
            environment={"EVENT_BUS_NAME": bus.name},
            statements=[
                *store.read_stream_statements(),
                _put_events(bus),
                failed.keep_statement(),
            ],
            opts=child,
        )
        invoke_with_changes(
            context,
            self.function,
            store,
            CHANGES,
            name="event-changes",
            failed=failed,
            starting_position="TRIM_HORIZON",
            topics=topics,
            opts=child,
        )
        self.bus_arn = bus.arn
        self.register_outputs({"busArn": self.bus_arn})


def _put_events(bus: aws.cloudwatch.EventBus) -> dict[str, object]:
    return {
        "Sid": "PutEvents",
        "Effect": "Allow",
        "Action": ["events:PutEvents"],
        "Resource": [bus.arn],
    }
