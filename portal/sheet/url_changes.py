"""Warn of a deployment whose URLs are not those in the portal."""

from portal.model import AppRegistration, Registration
from portal.sheet.commands import Commands


def url_change_warnings(registration: Registration) -> list[str]:
    """Return a warning for each such app, with the new values and the command that records them."""
    commands = Commands(registration)
    return [_warning(app, commands) for app in registration.apps if app.has_moved]


def _warning(app: AppRegistration, commands: Commands) -> str:
    edits = [f"  {field.label}: {url}" for field, url in app.callback_urls.items()]
    return "\n".join(
        [
            f"The callback URLs of {app.name!r} ({app.organization_id}) change: the developer "
            f"portal has those below {app.registered_base_url}. Installing, opening and "
            "uninstalling fail until you edit these fields of the App information tab (formerly "
            "Technical):",
            *edits,
            "Then record it:",
            f"  {commands.set_registered_base_url(app)}",
        ]
    )
