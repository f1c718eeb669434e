"""The function that receives Rutter's webhooks, for apps that turn them on."""

import pulumi

from portal.fields import RUTTER_WEBHOOK_PATH
from portal.part_names import RUTTER_QUEUE

from . import grants
from .installation_store import CONNECTION_INDEX, DUE_INDEX_KEYS, InstallationStore
from .policy_document import allow
from .routed_function import RoutedFunction
from .rutter_connect import RutterConnect
from .stack_context import StackContext
from .stack_function import StackFunction

WEBHOOK = RoutedFunction(
    name="rutter-webhook",
    description="Rutter's webhooks",
    timeout=15,
    path=RUTTER_WEBHOOK_PATH,
    method="POST",
)


def webhook_function(
    context: StackContext,
    store: InstallationStore,
    connect: RutterConnect,
    opts: pulumi.ResourceOptions | None = None,
) -> StackFunction:
    """Return the function that receives Rutter's webhooks and queues stores to poll.

    It reads the organizations' credentials at Rutter, and no app's at BigCommerce.
    """
    return StackFunction(
        context,
        WEBHOOK,
        environment={
            "TABLE_NAME": store.table_name,
            "SECRET_PREFIX": context.rutter_secret_prefix,
            "FRAME_ANCESTORS": " ".join(context.settings.bigcommerce.frame_ancestors),
            "CONNECTION_INDEX": CONNECTION_INDEX,
            "RUTTER_QUEUE_URL": connect.queue_url,
        },
        statements=[
            grants.read_rutter_credentials(context),
            grants.read_profiles(store),
            grants.find_connections(store, CONNECTION_INDEX),
            grants.write_connections(store, *DUE_INDEX_KEYS, "connection_webhook_until"),
            allow(
                "QueuePolls",
                ["sqs:SendMessage"],
                context.arn("sqs", context.name(RUTTER_QUEUE)),
            ),
        ],
        opts=opts,
    )
