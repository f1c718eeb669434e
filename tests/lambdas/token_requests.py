"""BigCommerce's token endpoint, told what to answer, and a request to it."""

import json
from typing import Any

from werkzeug import Response

from lambdas.callbacks.token_exchange import AuthorizationRequest, Grant, exchange
from lambdas.records.credentials import Credentials
from local.bigcommerce import BigCommerce, faults

CREDENTIALS = Credentials("a" * 31, "0" * 64)


REQUEST = AuthorizationRequest(
    code="the-code",
    scope="store_v2_orders store_cart",
    context="stores/abc123def4",
    redirect_uri="https://callbacks.example.com/organization/redirect-url",
)


ANSWER: dict[str, Any] = {
    "access_token": "the-token",
    "scope": "store_v2_orders store_cart",
    "user": {"id": 2, "username": "assistant", "email": "assistant@example.com"},
    "owner": {"id": 1, "username": "owner", "email": "owner@example.com"},
    "context": "stores/abc123def4",
    "account_uuid": "a6b1c2d3-0000-4000-8000-000000000000",
}


class TokenEndpoint:
    """BigCommerce's token endpoint, told what to answer."""

    def __init__(self, bigcommerce: BigCommerce, login_url: str) -> None:
        self._endpoint = bigcommerce.token_endpoint
        self._login_url = login_url

    def answers(self, body: object, status: int = 200) -> None:
        self.fails(answering(body, status))

    def fails(self, *following: faults.Fault) -> None:
        self._endpoint.next_answers.extend(following)

    def exchange(self) -> Grant:
        return exchange(self._login_url, REQUEST, CREDENTIALS)

    @property
    def asked(self) -> int:
        """How often it was asked."""
        return len(self._endpoint.requests)


def answering(body: object, status: int = 200) -> faults.Fault:
    """Answer this body without an exchange; one that is not bytes becomes JSON first."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _: Response(content, status)
