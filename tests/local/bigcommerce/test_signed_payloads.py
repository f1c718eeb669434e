"""The signed payloads' claims, and the URLs that carry them."""

import uuid

import jwt
import pytest

from local.bigcommerce import (
    App,
    CallbackUrls,
    Store,
    signed_payload,
)

from .conftest import claims


def test_claims(app: App, store: Store) -> None:
    (assistant,) = store.staff
    payload = signed_payload(app, store, assistant)
    content = claims(app, payload)
    issued_at = content["iat"]
    assert jwt.get_unverified_header(payload) == {"alg": "HS256", "typ": "JWT"}
    assert uuid.UUID(content.pop("jti"))
    assert content == {
        "aud": app.client_id,
        "iss": "bc",
        "iat": issued_at,
        "nbf": issued_at - 5,
        "exp": issued_at + 86_400,
        "sub": f"stores/{store.hash}",
        "user": {"id": assistant.id, "email": "assistant@example.com", "locale": "en-US"},
        "owner": {"id": store.owner.id, "email": "owner@example.com"},
        "url": "/",
        "channel_id": None,
    }
    app.client_secret = "0" * 64
    with pytest.raises(jwt.InvalidSignatureError):
        claims(app, payload)


def test_callback_urls_are_those_of_the_setup_guide() -> None:
    assert CallbackUrls.under("https://api.example.com/", "org_1") == CallbackUrls(
        auth="https://api.example.com/org_1/redirect-url",
        load="https://api.example.com/org_1/load",
        uninstall="https://api.example.com/org_1/uninstall",
        remove_user="https://api.example.com/org_1/remove-user",
    )
