"""The uninstall callback: BigCommerce reports that a store has uninstalled the app."""

from functools import partial

from .callbacks import removed_apps
from .callbacks.authentication import authenticate
from .callbacks.endpoint import endpoint
from .callbacks.request import CallbackRequest
from .callbacks.responses import Response, done, error_json
from .records import installation, installation_table
from .records.apps import AppProfile
from .shared import aws, environment

aws.prepare(aws.dynamodb, aws.secretsmanager)


@endpoint(render_error=error_json, find_app=removed_apps.find)
def handler(request: CallbackRequest, app: AppProfile) -> Response:
    """Answer a GET of the Uninstall callback URL; also succeeds if nothing is installed."""
    payload = authenticate(request)
    installation_table.update(
        app.organization_id,
        payload.store_hash,
        partial(
            installation.uninstall,
            payload=payload,
            multiple_users=app.multiple_users,
            arrived_at=request.arrived_at,
            retention_seconds=environment.uninstalled_retention_seconds(),
        ),
    )
    return done(request)
