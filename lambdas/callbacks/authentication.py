"""Who calls: the signed payload of a request, verified with the credentials of its app."""

from . import credentials
from .errors import InvalidSignedPayload
from .log import logger
from .request import CallbackRequest
from .signed_payload import SignedPayload, verify

PARAMETER = "signed_payload_jwt"


def authenticate(request: CallbackRequest) -> SignedPayload:
    """Verify the request's signed payload with the credentials of the app it is for.

    From here on the log lines of the request name the store.

    Raises:
        InvalidParameter: there is no payload.
        InvalidSignedPayload: it does not hold.
        AppNotRegistered: the app has no credentials yet.
        ClientError, BotoCoreError: the call of Secrets Manager failed.
    """
    # Asked for first: an app without credentials answers so whatever it is called with.
    credentials.find(request.organization_id)
    token = request.required(PARAMETER)
    payload = credentials.use(
        request.organization_id,
        lambda known: verify(token, client_id=known.client_id, client_secret=known.client_secret),
        refusal=InvalidSignedPayload,
    )
    logger.append_keys(store_hash=payload.store_hash)
    return payload
