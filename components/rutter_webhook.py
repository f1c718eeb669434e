"""The function that takes Rutter's webhooks, where an app wants them."""

from dataclasses import dataclass
from typing import ClassVar

from portal.fields import RUTTER_WEBHOOK_PATH

from .app import rutter_secret_prefix
from .callbacks import Routed
from .installation_store import CONNECTION_INDEX, DUE_INDEX_KEYS, InstallationStore
from .part_names import RUTTER_QUEUE
from .rutter_connect import RutterConnect, read_rutter_credentials_statement
from .stack_context import StackContext
from .stack_function import FunctionBasis, StackFunction


@dataclass(frozen=True, kw_only=True)
class Webhook(Routed):
    """The route of Rutter's webhooks, and the function that takes them."""

    method: ClassVar[str] = "POST"

    @property
    def path(self) -> str:
        """The last segment of its URL."""
        return RUTTER_WEBHOOK_PATH


WEBHOOK = Webhook(
    name="rutter-webhook",
    description="Rutter's webhooks",
    handler="lambdas.rutter_webhook.handler",
    timeout=15,
)


def webhook_function(
    context: StackContext,
    store: InstallationStore,
    connect: RutterConnect,
    basis: FunctionBasis,
    *,
    frame_ancestors: str,
) -> StackFunction:
    """The function that takes Rutter's webhooks, and may queue stores to be polled.

    It reads the organizations' credentials at Rutter, and no app's at BigCommerce.
    """
    return StackFunction(
        context,
        WEBHOOK,
        basis,
        environment={
            "TABLE_NAME": store.table_name,
            "SECRET_PREFIX": rutter_secret_prefix(context),
            "FRAME_ANCESTORS": frame_ancestors,
            "CONNECTION_INDEX": CONNECTION_INDEX,
            "RUTTER_QUEUE_URL": connect.queue_url,
        },
        statements=[
            read_rutter_credentials_statement(context),
            store.read_profiles_statement(),
            store.find_connections_statement(CONNECTION_INDEX),
            store.write_connections_statement(*DUE_INDEX_KEYS, "connection_webhook_until"),
            {
                "Sid": "QueuePolls",
                "Effect": "Allow",
                "Action": ["sqs:SendMessage"],
                "Resource": [context.arn("sqs", context.name(RUTTER_QUEUE))],
            },
        ],
    )
