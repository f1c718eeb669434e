"""The remove user callback: BigCommerce reports that a user may no longer open the app."""

from functools import partial

from .callbacks import removed_apps
from .callbacks.authentication import authenticate
from .callbacks.endpoint import endpoint
from .callbacks.request import CallbackRequest
from .callbacks.responses import Response, done, error_json
from .records import installation, installation_table
from .records.apps import AppProfile
from .shared import aws

aws.prepare(aws.dynamodb, aws.secretsmanager)


@endpoint(render_error=error_json, find_app=removed_apps.find)
def handler(request: CallbackRequest, app: AppProfile) -> Response:
    """Answer a GET of the Remove user callback URL; also succeeds if the user is unknown."""
    payload = authenticate(request)
    installation_table.update(
        app.organization_id,
        payload.store_hash,
        partial(installation.remove_user, payload=payload, arrived_at=request.arrived_at),
    )
    return done(request)
