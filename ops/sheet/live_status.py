"""The live status of apps: what the sheet shows and no output has."""

from collections.abc import Sequence
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.text import Text

from ops.aws_errors import explained
from ops.errors import CommandError
from ops.outputs import Outputs
from ops.stores.connections import count_connections
from ops.stores.stack import Stack
from ops.traffic import TrafficUnknownError, traffic
from portal.model import AppRegistration
from portal.sheet.live import Live


def fetch_live_status(outputs: Outputs, apps: Sequence[AppRegistration]) -> tuple[Live, str | None]:
    """Fetch the status of these apps with the operator's credentials.

    Returns:
        What is known, and why the rest is not, or None. The first refusal ends it: credentials that
        may not do one thing hardly may do the next.
    """
    live = Live()
    registered = [app.organization_id for app in apps if app.client_id]
    connected = [app.organization_id for app in apps if app.client_id and app.rutter]
    try:
        with Console(stderr=True).status(Text("Searching the logs for BigCommerce's calls")):
            live = replace(live, traffic=traffic(outputs, registered))
        if connected:
            connections = count_connections(Stack.of(outputs), connected)
            live = replace(live, connections=connections)
    except (CommandError, TrafficUnknownError) as error:
        return live, str(error)
    except (BotoCoreError, ClientError) as error:
        return live, explained(error, outputs.text("operatorPolicyArn"))
    return live, None
