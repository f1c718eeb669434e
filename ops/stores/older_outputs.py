"""Detect outputs in a file that are older than the deployment.

Older outputs lack an app that was added later, or have its previous client ID. The app's stores
would then look like those of a removed app, or of an earlier registration.
"""

import sys
from collections.abc import Collection

from lambdas.records import apps
from ops.errors import CommandError
from ops.stores.stack import Stack
from ops.stores.store_table import whole_items


def refuse_older_outputs(stack: Stack, organization_ids: Collection[str]) -> None:
    """Stop a command that writes, with CommandError, if these apps' outputs are older."""
    if problem := _problem(stack, organization_ids):
        raise CommandError(f"{problem}\nNothing was done.")


def warn_of_older_outputs(stack: Stack, organization_ids: Collection[str]) -> bool:
    """Warn of older outputs in a command that only reads; return whether it warned."""
    problem = _problem(stack, organization_ids)
    if problem:
        sys.stderr.write(f"Warning: states may be wrong. {problem}\n")
    return problem is not None


def _problem(stack: Stack, organization_ids: Collection[str]) -> str | None:
    """Compare these apps in the outputs with their deployed profiles in the table.

    An app without a profile was removed, whatever the outputs say.
    """
    keys = [apps.key(id_) for id_ in organization_ids]
    for profile in whole_items(stack, keys, "pk", "client_id"):
        id_ = profile["pk"].removeprefix("ORG#")
        app = stack.apps.get(id_)
        if app is None or app.client_id != profile.get("client_id"):
            what = "lack the app" if app is None else "have another client ID of the app"
            name = stack.outputs.registration.stack
            return (
                f"These outputs are older than the deployment: they {what} {id_}. Write them "
                f"again: pulumi stack output --json --stack {name} > outputs.json\n"
                f"If that deployment failed, complete it: {stack.commands.up}"
            )
    return None
