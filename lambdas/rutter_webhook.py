"""Rutter's webhooks: Rutter reports that something happened to a store's connection.

The message's content is not used: a webhook only triggers a status poll. So webhooks may be
repeated, late, or out of order.
"""

import time

from .callbacks.endpoint import endpoint
from .callbacks.request import CallbackRequest
from .callbacks.responses import Response, done, error_json
from .records import apps, credentials
from .records.apps import AppProfile
from .records.credentials import Credentials
from .records.reconcile_request import Request, Trigger
from .rutter import connection_table, requests, webhook
from .shared import aws
from .shared.errors import InvalidSignatureError, UnknownOrganizationError
from .shared.log import logger

# A poll runs this long after its webhook, and answers for all webhooks that arrive until then. So
# a webhook that is sent over and over costs one poll in this time.
COALESCE_SECONDS = 5


def _app_with_webhooks(request: CallbackRequest) -> AppProfile:
    app = apps.find(request.organization_id)
    if not app.rutter_webhooks:
        raise UnknownOrganizationError("the app does not accept Rutter's webhooks")
    return app


aws.prepare(aws.dynamodb, aws.secretsmanager, aws.sqs)


@endpoint(render_error=error_json, find_app=_app_with_webhooks)
def handler(request: CallbackRequest, app: AppProfile) -> Response:
    """Answer Rutter's POST.

    It also succeeds if there is nothing to do: Rutter has one URL for all its webhooks. The
    credentials are the organization's at Rutter: this function reads only secrets of that prefix.
    """
    body = request.body()
    given = request.headers.get(webhook.SIGNATURE_HEADER)

    def verify(known: Credentials) -> None:
        webhook.verify(body, given, known.client_secret)

    credentials.use(app.organization_id, verify, refusal=InvalidSignatureError)
    connection_id = webhook.changed_connection(body)
    if connection_id is not None:
        _poll(app.organization_id, connection_id)
    return done(request)


def _poll(organization_id: str, connection_id: str) -> None:
    """Queue a poll of the organization's stores that have the connection: one, or none."""
    for owner, store_hash in connection_table.owners(connection_id):
        if owner != organization_id:
            continue
        logger.append_keys(store_hash=store_hash)
        # The message alone is enough. If it gets lost, the sweep finds the store by this.
        if connection_table.queue_poll(
            owner, store_hash, now=int(time.time()), seconds=COALESCE_SECONDS
        ):
            requests.send([(Request(owner, store_hash, Trigger.WEBHOOK), COALESCE_SECONDS)])
        else:
            logger.info("poll already queued")
