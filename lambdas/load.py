"""The load callback: a store's owner or another user opens the app in the control panel."""

from functools import partial

from .callbacks import handoff, pages
from .callbacks.authentication import authenticate
from .callbacks.endpoint import endpoint
from .callbacks.handoff import Visitor
from .callbacks.request import CallbackRequest
from .callbacks.responses import Response
from .records import installation, installation_table, scopes
from .records.apps import AppProfile
from .rutter import connection_table
from .rutter.connection import merchant_status
from .shared import aws
from .shared.log import INSTALLED_OR_OPENED

aws.prepare(aws.dynamodb, aws.secretsmanager)


@endpoint(render_error=pages.error_page, success_metric=INSTALLED_OR_OPENED)
def handler(request: CallbackRequest, app: AppProfile) -> Response:
    """Answer a GET of the Load callback URL with a handoff to the app, or a page."""
    payload = authenticate(request)
    record = installation_table.update(
        app.organization_id,
        payload.store_hash,
        partial(installation.load, payload=payload, multiple_users=app.multiple_users),
    )
    visitor = Visitor(
        store_hash=payload.store_hash,
        user_id=payload.user.id,
        opened_at=payload.issued_at,
        locale=payload.user.locale,
        url=payload.url,
        channel_id=payload.channel_id,
    )
    return handoff.redirect(app, visitor) or pages.loaded_page(
        app,
        payload,
        scopes.compare(app.scopes, record.scopes),
        record.installed_at,
        data_flow=_data_flow(app, payload.store_hash),
    )


def _data_flow(app: AppProfile, store_hash: str) -> str | None:
    """Return whether data syncs to Rutter, in a line; None if the app is not connected to it."""
    if app.rutter_on_uninstall is None:
        return None
    connection, _ = connection_table.read(app.organization_id, store_hash)
    return merchant_status(connection)
