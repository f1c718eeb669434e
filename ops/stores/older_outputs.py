"""Whether outputs in a file are older than the deployment.

Older outputs lack an app that was added later, or have its previous Client ID. The app's stores
would then look like those of a removed app, or of an earlier registration.
"""

from collections.abc import Collection

from lambdas.records import apps
from ops.errors import CommandError
from ops.stores.stack import Stack
from ops.stores.store_table import whole_items


def refuse_older_outputs(stack: Stack, organization_ids: Collection[str]) -> None:
    """Compare these apps in the outputs with their deployed profiles in the table.

    An app without a profile was removed, whatever the outputs say.

    Raises:
        CommandError: an app is only in the deployment, or has another Client ID there.
    """
    keys = [apps.key(id_) for id_ in organization_ids]
    for profile in whole_items(stack, keys, "pk", "client_id"):
        id_ = profile["pk"].removeprefix("ORG#")
        app = stack.apps.get(id_)
        if app is None or app.client_id != profile.get("client_id"):
            what = "lack the app" if app is None else "have another Client ID of the app"
            name = stack.outputs.registration.stack
            raise CommandError(
                f"These outputs are older than the deployment: they {what} {id_}. Nothing was "
                f"done. Write them again: pulumi stack output --json --stack {name} > "
                "outputs.json\n"
                f"If that deployment failed, complete it: {stack.commands.up}"
            )
