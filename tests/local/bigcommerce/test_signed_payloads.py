"""The signed payloads' claims, and the URLs that carry them."""

import uuid
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest

from local.bigcommerce import (
    App,
    BigCommerce,
    CallbackUrls,
    Store,
    User,
    load_url,
    remove_user_url,
    signed_payload,
    uninstall_url,
)

from .conftest import ORGANIZATION_ID, claims


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


def test_chosen_claims(app: App, store: Store) -> None:
    issued_at = 1_700_000_000
    one, other = (
        signed_payload(app, store, store.owner, issued_at=issued_at, url="/x?y=1", channel_id=7)
        for _ in range(2)
    )
    assert one != other
    content = jwt.decode(one, options={"verify_signature": False})
    assert (content["iat"], content["exp"]) == (issued_at, issued_at + 86_400)
    assert (content["url"], content["channel_id"]) == ("/x?y=1", 7)


@pytest.mark.parametrize(
    ("build", "path"),
    [(load_url, "load"), (uninstall_url, "uninstall"), (remove_user_url, "remove-user")],
)
def test_callback_urls_carry_a_payload(
    app: App, store: Store, build: Callable[[App, Store, User], str], path: str
) -> None:
    parts = urlsplit(build(app, store, store.owner))
    assert parts.path == f"/{ORGANIZATION_ID}/{path}"
    ((name, payload),) = parse_qsl(parts.query)
    assert name == "signed_payload_jwt"
    assert claims(app, payload)["sub"] == store.context


def test_callback_urls_are_those_of_the_setup_guide() -> None:
    assert CallbackUrls.under("https://api.example.com/", "org_1") == CallbackUrls(
        auth="https://api.example.com/org_1/redirect-url",
        load="https://api.example.com/org_1/load",
        uninstall="https://api.example.com/org_1/uninstall",
        remove_user="https://api.example.com/org_1/remove-user",
    )


def test_the_auth_callback_carries_what_was_granted(
    bigcommerce: BigCommerce, app: App, store: Store
) -> None:
    parts = urlsplit(bigcommerce.auth_callback_url(app, store, store.owner))
    query = dict(parse_qsl(parts.query))
    assert parts.path == f"/{ORGANIZATION_ID}/redirect-url"
    assert query.pop("code")
    assert query == {
        "scope": "store_v2_products_read_only store_v2_orders_read_only",
        "context": store.context,
        "account_uuid": app.account_uuid,
    }
