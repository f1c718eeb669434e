"""The apps of a stack that somebody chose by organization id."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from registration.portal.model import AppRegistration, Registration
from registration.sheet.commands import Commands


class UnknownAppError(Exception):
    """The stack has no such app; the message says which it has."""


def chosen_apps(
    registration: Registration, organization_ids: Collection[str]
) -> Sequence[AppRegistration]:
    """The apps with these ids, in the configuration's order; all of them if no id is given.

    Raises:
        UnknownAppError: an id is of no app.
    """
    if not organization_ids:
        return registration.apps
    known = [app.organization_id for app in registration.apps]
    for id_ in organization_ids:
        if id_ not in known:
            raise UnknownAppError(_unknown(id_, known, registration))
    return [app for app in registration.apps if app.organization_id in organization_ids]


def _unknown(organization_id: str, known: Sequence[str], registration: Registration) -> str:
    # However far: somebody who gave an app's name learns what an organization id looks like.
    nearest = ", ".join(get_close_matches(organization_id, known, cutoff=0))
    return (
        f"Stack {registration.stack} has no app with the organization id {organization_id!r}. "
        f"The nearest: {nearest}\n"
        f"Every app: {Commands(registration).show}"
    )
