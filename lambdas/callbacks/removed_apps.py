"""What is left of an app that was taken out of the configuration: it still hears of its stores.

Its profile is gone, but the stores' records stay, with tokens and e-mail addresses, until they are
purged. An uninstall and a removal need no profile: so they are honoured for as long as the app's
secret can be read.
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
    """The app that the request is for, also where it was taken out of the configuration.

    Then nothing is known of it but its id, and it is taken to have had multiple users.

    Raises:
        UnknownOrganizationError: there is no such app; or it was taken out, and has no record of
            the store or no secret any more.
        CredentialsUnreadableError: Secrets Manager failed.
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
    """Whether the store that the request names has a record of such an app.

    Asked before Secrets Manager is: strangers choose organization ids, and a secret that is kept
    for each would fill the function's memory.
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
