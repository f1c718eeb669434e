"""Asking a deployment what the sheet shows and no output has, with the operator's credentials."""

from collections.abc import Sequence
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.text import Text

from ops.aws_errors import explained
from ops.outputs import Outputs, OutputsError
from ops.stores.connections import count_connections
from ops.stores.stack import Stack
from ops.traffic.logs import TrafficUnknownError, traffic
from portal.model import AppRegistration
from portal.sheet.live import Live


def ask(outputs: Outputs, apps: Sequence[AppRegistration]) -> tuple[Live, str | None]:
    """What is known of these apps, and why not all is; None where all is.

    What cannot be asked for ends it: who may not do one thing hardly may do the next.
    """
    live = Live()
    registered = [app.organization_id for app in apps if app.client_id]
    connected = [app.organization_id for app in apps if app.client_id and app.rutter]
    try:
        with Console(stderr=True).status(Text("Asking the logs for BigCommerce's calls")):
            live = replace(live, traffic=traffic(outputs, registered))
        if connected:
            connections = count_connections(Stack.of(outputs), connected)
            live = replace(live, connections=connections)
    except (OutputsError, TrafficUnknownError) as error:
        return live, str(error)
    except (BotoCoreError, ClientError) as error:
        return live, explained(error, outputs.text("operatorPolicyArn"))
    return live, None
