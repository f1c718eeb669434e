"""Who calls: the signed payload of a request, verified with the credentials of its app."""

from . import credentials
from .endpoint import logger
from .errors import InvalidSignedPayload
from .request import CallbackRequest
from .signed_payload import SignedPayload, verify

PARAMETER = "signed_payload_jwt"


def authenticate(request: CallbackRequest) -> SignedPayload:
    """Verify the request's signed payload with the credentials of the app it is for.

    When that fails, credentials that were corrected meanwhile get a second try. From here on the
    log lines of the request name the store.

    Raises:
        InvalidParameter: there is no payload.
        InvalidSignedPayload: it does not hold.
        AppNotRegistered: the app has no credentials yet.
    """
    payload = _verified(request)
    logger.append_keys(store_hash=payload.store_hash)
    return payload


def _verified(request: CallbackRequest) -> SignedPayload:
    known = credentials.find(request.organization_id)
    token = request.required(PARAMETER)
    try:
        return verify(token, client_id=known.client_id, client_secret=known.client_secret)
    except InvalidSignedPayload:
        renewed = credentials.renewed(request.organization_id)
        if renewed is None:
            raise
        return verify(token, client_id=renewed.client_id, client_secret=renewed.client_secret)
