"""The auth callback: a merchant installs the app, or consents again.

BigCommerce sends the merchant's browser here with a code. The function exchanges it for an access
token before it answers, as BigCommerce requires, and stores the token encrypted.
"""

import re
import time
from collections.abc import Iterable
from functools import partial
from urllib.parse import urlsplit

from .callbacks import handoff, pages, responses, tolerant
from .callbacks.endpoint import endpoint
from .callbacks.handoff import Visitor
from .callbacks.request import CallbackRequest
from .callbacks.responses import Response
from .callbacks.token_exchange import AuthorizationRequest, Grant, exchange
from .records import access_tokens, credentials, installation_table, scopes
from .records.apps import AppProfile
from .records.installation import (
    Installation,
    User,
    code_hash,
    install,
    was_just_installed_with,
)
from .shared import aws, environment, https
from .shared.deadline import DeadlineExceededError
from .shared.errors import (
    CallbackError,
    CodeRefusedError,
    InstallationNotStoredError,
    InvalidParameterError,
    ServiceUnavailableError,
    StoreNotInstalledError,
)
from .shared.log import INSTALLED_OR_OPENED, logger, reason_of

# The other request needs a fraction of these 1.5 seconds once BigCommerce has answered it.
ATTEMPTS = 3
PAUSE_SECONDS = 0.5

# BigCommerce does not document the form of a code. This is what an OAuth server may issue.
_CODE = re.compile(r"[A-Za-z0-9._~+/=-]{8,512}", re.ASCII)
_SCOPE = re.compile(r"[a-z0-9_]{1,100}", re.ASCII)


def _render_error(error: CallbackError, request: CallbackRequest) -> Response:
    known = credentials.cached(request.organization_id)
    if known is not None and request.has("external_install"):
        return _end_external_install(known.client_id, "failed")
    return pages.error_page(error, request)


aws.prepare(aws.dynamodb, aws.secretsmanager, aws.kms, https.client)


@endpoint(render_error=_render_error, success_metric=INSTALLED_OR_OPENED)
def handler(request: CallbackRequest, app: AppProfile) -> Response:
    """Answer a GET of the Auth callback URL: the app, a page, or an external install's redirect."""
    authorization, store = _authorization(request, app)
    logger.append_keys(store_hash=store)
    try:
        grant = credentials.use(
            app.organization_id,
            partial(exchange, environment.login_url(), authorization),
            refusal=CodeRefusedError,
        )
    except CodeRefusedError:
        installation = _just_installed(app, store, authorization.code, request.arrived_at)
        if installation is None:
            raise
        logger.append_keys(repeated=True)
        return _succeeded(request, app, store, installation)
    if grant.context != authorization.context:
        raise CodeRefusedError("the grant is for another context")
    try:
        record = _record_installation(app, store, grant, authorization.code, request.arrived_at)
    except (*aws.CALL_ERRORS, DeadlineExceededError, ServiceUnavailableError) as error:
        raise InstallationNotStoredError(reason_of(error)) from None
    # A code has no date, and is good once: it was for this.
    visitor = Visitor(store_hash=store, user_id=grant.user.id, opened_at=request.arrived_at)
    return _succeeded(request, app, store, record, visitor)


def _succeeded(
    request: CallbackRequest,
    app: AppProfile,
    store: str,
    record: Installation,
    visitor: Visitor | None = None,
) -> Response:
    """Answer an installation; only a visitor who is known is redirected to the app."""
    compared = scopes.compare(app.scopes, record.scopes)
    if compared.differs:
        logger.warning(
            "granted scopes differ from the configured ones",
            missing_scopes=compared.missing,
            extra_scopes=_named(compared.extra),
        )
    # The operators' commands compare the newest of these with the configuration.
    logger.append_keys(granted_scopes=_named(record.scopes), configured_scopes=app.scopes)
    if request.has("external_install"):
        return _end_external_install(record.client_id, "succeeded")
    handed_over = handoff.redirect(app, visitor) if visitor else None
    return handed_over or pages.installed_page(app, store, compared)


def _end_external_install(client_id: str, outcome: str) -> Response:
    """Send the browser back to BigCommerce, as its external install documentation requires."""
    return responses.redirect(f"{environment.login_url()}/app/{client_id}/install/{outcome}")


def _authorization(request: CallbackRequest, app: AppProfile) -> tuple[AuthorizationRequest, str]:
    """Return the request for an access token, and the store hash it is for."""
    code, scope, context = map(request.required, ("code", "scope", "context"))
    store = tolerant.store_hash(context)
    if store is None:
        raise InvalidParameterError("context", problem="is not stores/{store_hash}")
    if not _CODE.fullmatch(code):
        raise InvalidParameterError("code", problem="is not an authorization code")
    authorization = AuthorizationRequest(
        code=code,
        scope=scope,
        context=context,
        redirect_uri=f"{_called_base_url(request)}/{app.organization_id}/redirect-url",
    )
    return authorization, store


def _called_base_url(request: CallbackRequest) -> str:
    """Return the base URL that BigCommerce called, which is the one in the portal.

    While the callback URLs move to another domain, both domains lead here. BigCommerce exchanges a
    code only for the redirect URI in the portal. Source: its OAuth documentation, "Receiving the
    POST response".
    """
    served = environment.served_base_urls()
    called = (url for url in served if urlsplit(url).hostname == request.domain_name)
    return next(called, served[0])


def _just_installed(app: AppProfile, store: str, code: str, arrived_at: int) -> Installation | None:
    """Return the installation that another request made with this code within the last minute.

    A double click or a prefetching browser sends a code twice, and BigCommerce accepts it once. The
    other request may still be about to store the installation.
    """
    client_id = credentials.find(app.organization_id).client_id
    for attempt in range(ATTEMPTS):
        time.sleep(PAUSE_SECONDS * attempt)
        record = installation_table.read(app.organization_id, store)
        if was_just_installed_with(record, code, client_id=client_id, arrived_at=arrived_at):
            return record
    return None


def _record_installation(
    app: AppProfile, store: str, grant: Grant, code: str, arrived_at: int
) -> Installation:
    new = Installation(
        client_id=grant.client_id,
        installed_at=arrived_at,
        granted_at_ms=grant.granted_at_ms,
        access_token=access_tokens.encrypt(
            grant.access_token, **access_tokens.encryption_context(app.organization_id, store)
        ),
        scopes=grant.scopes,
        account_uuid=grant.account_uuid,
        code_hash=code_hash(code),
        owner_id=grant.owner.id,
        users={
            user.id: User(user.id, user.email, arrived_at) for user in (grant.owner, grant.user)
        },
    )
    record = installation_table.update(app.organization_id, store, partial(install, new=new))
    if not isinstance(record, Installation):
        raise StoreNotInstalledError("uninstalled while it was being installed")
    return record


def _named(scopes: Iterable[str]) -> list[str]:
    """Return the scopes for the log: only what has the form of a scope."""
    return [name for name in scopes if _SCOPE.fullmatch(name)]
