"""The token endpoint over HTTP: accepted and refused requests."""

from collections.abc import Callable
from typing import Any

import pytest

from local.bigcommerce import App, BigCommerce, Store
from local.bigcommerce.token_endpoint import (
    CODE_LIFETIME_SECONDS,
    REQUIRED_FIELDS,
)

from .conftest import Clock, Exchange

Fields = dict[str, Any]
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@pytest.fixture
def refused(bigcommerce: BigCommerce, exchange: Exchange) -> Callable[..., str]:
    """Send a request that is refused and recorded with its problem; return the `error`."""

    def send(fields: object, *, naming: str, **options: str) -> str:
        answer = exchange(fields, **options)
        assert answer.status == 400
        assert naming in answer.json()["error_description"]
        assert bigcommerce.token_endpoint.requests[-1].problem == answer.json()["error_description"]
        assert not bigcommerce.installations
        error: str = answer.json()["error"]
        return error

    return send


def test_a_code_is_exchanged_for_a_token(
    bigcommerce: BigCommerce, app: App, store: Store, exchange: Exchange, token_request: Fields
) -> None:
    (assistant,) = store.staff
    code = bigcommerce.token_endpoint.issue_code(app, store, assistant)
    answer = exchange(token_request | {"code": code}, "application/json; charset=utf-8")
    installation = bigcommerce.installation(app, store)
    assert installation
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "access_token": installation.access_token,
        "scope": "store_v2_products_read_only store_v2_orders_read_only",
        "user": {"id": assistant.id, "username": "assistant", "email": "assistant@example.com"},
        "owner": {"id": store.owner.id, "username": "owner", "email": "owner@example.com"},
        "context": f"stores/{store.hash}",
        "account_uuid": app.account_uuid,
    }
    assert installation.users == {assistant}
    (request,) = bigcommerce.token_endpoint.requests
    assert request.fields == token_request | {"code": code}
    assert request.problem is None
    shown = repr(installation) + repr(list(bigcommerce.log))
    for secret in (installation.access_token, app.client_secret, code):
        assert secret not in shown


@pytest.mark.parametrize("name", REQUIRED_FIELDS)
def test_fields_are_required(refused: Callable[..., str], token_request: Fields, name: str) -> None:
    for value in (None, "", 17, ["x"]):
        assert refused(token_request | {name: value}, naming=name) == "invalid_request"
    del token_request[name]
    assert refused(token_request, naming=name) == "invalid_request"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("client_id", "invalid_client"),
        ("client_secret", "invalid_client"),
        ("grant_type", "unsupported_grant_type"),
        ("redirect_uri", "redirect_uri_mismatch"),
        ("code", "invalid_grant"),
        ("context", "invalid_grant"),
        ("scope", "invalid_scope"),
    ],
)
def test_every_field_is_exact_and_a_refusal_does_not_use_the_code(
    refused: Callable[..., str],
    exchange: Exchange,
    token_request: Fields,
    name: str,
    error: str,
) -> None:
    right = token_request[name]
    for wrong in (right.upper(), f"{right}/", f" {right}"):
        assert refused(token_request | {name: wrong}, naming=name) == error
    assert exchange(token_request).status == 200


def test_a_code_works_once_before_it_expires(
    clock: Clock, exchange: Exchange, refused: Callable[..., str], token_request: Fields
) -> None:
    clock.now += CODE_LIFETIME_SECONDS
    assert refused(token_request, naming="code has expired") == "invalid_grant"
    clock.now -= 1
    assert exchange(token_request).status == 200
    again = exchange(token_request)
    assert again.status == 400
    assert again.json()["error_description"] == "Parameter code was used before"


@pytest.mark.parametrize(
    ("body", "content_type", "naming"),
    [
        *((b"{}", other, "Content-Type") for other in ("", "text/plain", FORM)),
        *((body, JSON, "not JSON") for body in (b"", b"{", b"\xff\xfe", b"code=x")),
        *((body, JSON, "not a JSON object") for body in (b"[]", b'"text"', b"1", b"null")),
    ],
)
def test_a_body_that_is_not_a_json_object_is_refused(
    refused: Callable[..., str], body: bytes, content_type: str, naming: str
) -> None:
    assert refused(body, naming=naming, content_type=content_type) == "invalid_request"
