"""Authentication: verify a request's signed payload with the credentials of its app."""

from ..records import credentials
from ..records.claims import SignedPayload
from ..shared.errors import InvalidSignedPayloadError
from ..shared.log import logger
from .request import CallbackRequest
from .signed_payload import verify

PARAMETER = "signed_payload_jwt"


def authenticate(request: CallbackRequest) -> SignedPayload:
    """Verify the request's signed payload; from here on its log lines name the store."""
    token = request.required(PARAMETER)
    payload = credentials.use(
        request.organization_id,
        lambda known: verify(token, client_id=known.client_id, client_secret=known.client_secret),
        refusal=InvalidSignedPayloadError,
    )
    logger.append_keys(store_hash=payload.store_hash)
    return payload
