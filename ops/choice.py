"""The apps of a stack that somebody chose by organization id."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from ops.errors import CommandError
from ops.outputs import Outputs
from portal.model import AppRegistration


def chosen_apps(outputs: Outputs, organization_ids: Collection[str]) -> Sequence[AppRegistration]:
    """The apps with these ids, in the configuration's order; all of them if no id is given.

    Raises:
        CommandError: an id is of no app; the message says which there are.
    """
    apps = outputs.registration.apps
    if not organization_ids:
        return apps
    known = [app.organization_id for app in apps]
    for id_ in organization_ids:
        if id_ not in known:
            raise CommandError(_unknown(id_, known, outputs))
    return [app for app in apps if app.organization_id in organization_ids]


def _unknown(organization_id: str, known: Sequence[str], outputs: Outputs) -> str:
    nearest = ", ".join(get_close_matches(organization_id, known))
    # Somebody who gave an app's name learns what an organization id looks like.
    there = f"The nearest: {nearest}" if nearest else f"One that it has: {known[0]}"
    return (
        f"Stack {outputs.registration.stack} has no app with the organization id "
        f"{organization_id!r}. {there}\n"
        f"Every app: {outputs.commands.sheet}"
    )
