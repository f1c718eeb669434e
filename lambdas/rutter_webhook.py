"""Rutter's webhooks: Rutter tells that something happened to a store's connection.

What happened is not taken from the message: a look at the connection is put into the queue, and
Rutter is asked how it is. So messages may be repeated, late, or in another order.
"""

from .callbacks.endpoint import endpoint
from .callbacks.request import CallbackRequest
from .callbacks.responses import Response, done, error_json
from .records import apps, credentials
from .records.apps import AppProfile
from .records.credentials import Credentials
from .rutter import connection_table, tasks, webhook
from .rutter.tasks import Task
from .shared import aws
from .shared.errors import InvalidSignatureError, UnknownOrganizationError
from .shared.log import logger


def _app_with_webhooks(request: CallbackRequest) -> AppProfile:
    app = apps.find(request.organization_id)
    if not app.rutter_webhooks:
        raise UnknownOrganizationError("the app takes no webhooks of Rutter")
    return app


aws.prepare(aws.dynamodb, aws.secretsmanager, aws.sqs)


@endpoint(render_error=error_json, find_app=_app_with_webhooks)
def handler(request: CallbackRequest, app: AppProfile) -> Response:
    """Answer a POST of Rutter's.

    It succeeds too where there is nothing to be done: Rutter has one URL for all its webhooks. The
    credentials are the organization's at Rutter: this function's prefix of secrets is theirs.
    """
    body = request.body(webhook.LONGEST_BODY)
    given = request.headers.get(webhook.SIGNATURE_HEADER)

    def verify(known: Credentials) -> None:
        webhook.verify(body, given, known.client_secret)

    credentials.use(app.organization_id, verify, refusal=InvalidSignatureError)
    connection_id = webhook.connection_told_of(body)
    if connection_id is not None:
        for store_hash in connection_table.stores(app.organization_id, connection_id):
            logger.append_keys(store_hash=store_hash)
            tasks.send(Task(app.organization_id, store_hash, told=True))
    return done(request)
