"""The warning of a deployment whose URLs are not those in the portal."""

from portal.model import AppRegistration, Registration
from portal.sheet.commands import Commands


def url_change_warnings(registration: Registration) -> list[str]:
    """Return a warning for each app whose URLs in the portal are not those of this deployment.

    It has each field to edit with its new value, and the command that records the change.
    """
    commands = Commands(registration)
    return [_warning(app, commands) for app in registration.apps if app.has_moved]


def _warning(app: AppRegistration, commands: Commands) -> str:
    edits = [f"  {field.label}: {url}" for field, url in app.callback_urls.items()]
    return "\n".join(
        [
            f"The callback URLs of {app.name!r} ({app.organization_id}) change: the developer "
            f"portal has those below {app.registered_base_url}. Installing, opening and "
            "uninstalling fail until these fields of its Technical tab (App information) are "
            "edited:",
            *edits,
            "When they are, record it:",
            f"  {commands.set_registered_base_url(app)}",
        ]
    )
