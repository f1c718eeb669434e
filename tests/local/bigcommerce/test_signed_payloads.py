"""The claims of the signed payloads."""

import uuid

import jwt

from local.bigcommerce import App, Store, signed_payload


def test_a_signed_payload_has_bigcommerces_claims(app: App, store: Store) -> None:
    (assistant,) = store.staff
    payload = signed_payload(app, store, assistant)
    content = jwt.decode(payload, app.client_secret, ["HS256"], audience=app.client_id, issuer="bc")
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
