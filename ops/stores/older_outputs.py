"""Whether the outputs are older than what is deployed, as a file that was kept may be.

Such outputs do not know an app that was added since, or name the Client ID that one had before: its
stores would count as those of a removed app, or of an earlier registration.
"""

from collections.abc import Collection

from lambdas.records import apps
from ops.errors import CommandError
from ops.stores.stack import Stack
from ops.stores.store_table import whole_items


def refuse_older_outputs(stack: Stack, organization_ids: Collection[str]) -> None:
    """Compare these apps of the outputs with their profiles in the table, which are deployed.

    An app without a profile was taken out: whatever the outputs say, nobody needs its stores.

    Raises:
        CommandError: an app is in the deployment alone, or has another Client ID there.
        ClientError, BotoCoreError: a DynamoDB call failed.
    """
    keys = [apps.key(id_) for id_ in organization_ids]
    for profile in whole_items(stack, keys, "pk", "client_id"):
        id_ = profile["pk"].removeprefix("ORG#")
        app = stack.apps.get(id_)
        if app is None:
            raise _older(stack, f"the app {id_} is in it")
        if app.client_id != profile.get("client_id"):
            raise _older(stack, f"the app {id_} does not have this Client ID in it")


def _older(stack: Stack, what: str) -> CommandError:
    write = f"pulumi stack output --json --stack {stack.registration.stack} > outputs.json"
    return CommandError(
        f"These outputs are older than the deployment: {what}. Nothing was done. Write them anew: "
        f"{write}; or, if that deployment failed, end it: {stack.commands.up}"
    )
