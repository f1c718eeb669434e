"""Apps that were removed from the configuration: uninstalls and removals still take effect.

The profile is gone. The stores' records, with tokens and email addresses, stay until they are
purged. An uninstall and a removal need no profile, only the app's secret.
"""

from ..records import apps, credentials, installation_table
from ..records.apps import AppProfile
from ..shared.errors import (
    AppNotRegisteredError,
    InvalidParameterError,
    SecretGoneError,
    UnknownOrganizationError,
)
from . import authentication, signed_payload
from .request import CallbackRequest


def find(request: CallbackRequest) -> AppProfile:
    """Return the app that the request is for, also if it was removed from the configuration.

    Only the ID of a removed app is known, so it counts as an app with multiple users.

    Raises:
        UnknownOrganizationError: there is no such app; or it was removed, and has no record of the
            store or no secret.
    """
    try:
        return apps.find(request.organization_id)
    except UnknownOrganizationError:
        if not _has_record(request):
            raise
    try:
        credentials.find(request.organization_id)
    except (AppNotRegisteredError, SecretGoneError):
        raise UnknownOrganizationError("the app was removed, and its secret is gone") from None
    return AppProfile(
        organization_id=request.organization_id,
        name=request.organization_id,
        scopes=(),
        multiple_users=True,
        support_url=None,
    )


def _has_record(request: CallbackRequest) -> bool:
    """Return whether the store that the request names has a record of such an app.

    This comes before Secrets Manager: strangers choose organization IDs, and caching a secret for
    each would fill the function's memory.
    """
    if not apps.is_organization_id(request.organization_id):
        return False
    try:
        token = request.required(authentication.PARAMETER)
    except InvalidParameterError:
        return False
    store = signed_payload.claimed_store(token)
    return store is not None and (
        installation_table.read(request.organization_id, store) is not None
    )
