"""StoreEvents: an EventBridge bus with an event for each change of a store."""

import pulumi
import pulumi_aws as aws

from .grants import read_stream
from .installation_store import InstallationStore
from .policy_document import allow
from .stack_context import StackContext
from .stack_function import FunctionSpec, StackFunction
from .table_stream import FailedQueue, invoke_with_changes

STORE_EVENTS = FunctionSpec(
    name="store-events",
    description="Publishes events about stores",
    timeout=30,
)

# Stores' records and their connections, including deletions.
CHANGES = {"dynamodb": {"Keys": {"sk": {"S": ["STORE", "CONNECTION"]}}}}


class StoreEvents(pulumi.ComponentResource):
    """The bus, and the function that publishes the table's changes to it.

    A dead-letter queue with an alarm receives the changes that could not be published.

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
            alarm_title="Events were not published",
            opts=child,
        )
        self.function = StackFunction(
            context,
            STORE_EVENTS,
            environment={"EVENT_BUS_NAME": bus.name},
            statements=[
                *read_stream(store),
                allow("PutEvents", ["events:PutEvents"], bus.arn),
                failed.keep_failures(),
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
            opts=child,
        )
        self.bus_arn = bus.arn
        self.register_outputs({"busArn": self.bus_arn})
