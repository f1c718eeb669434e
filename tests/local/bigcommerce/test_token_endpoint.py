"""The token endpoint over HTTP: what it accepts, what it refuses, and how it can go wrong."""

import json
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3

from local.bigcommerce import App, BigCommerce, Store, faults
from local.bigcommerce.token_endpoint import (
    CODE_LIFETIME_SECONDS,
    KEPT_REQUESTS,
    REQUIRED_FIELDS,
)

from .conftest import Clock, Exchange

Fields = dict[str, Any]


@pytest.fixture
def refused(bigcommerce: BigCommerce, exchange: Exchange) -> Callable[..., str]:
    """Exchange in vain; return the `error`, having seen that the request was recorded as wrong."""

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
    answer = exchange(token_request)
    installation = bigcommerce.installation(app, store)
    assert installation
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    owner = {"id": store.owner.id, "username": "owner", "email": "owner@example.com"}
    assert answer.json() == {
        "access_token": installation.access_token,
        "scope": "store_v2_products_read_only store_v2_orders_read_only",
        "user": owner,
        "owner": owner,
        "context": f"stores/{store.hash}",
        "account_uuid": app.account_uuid,
    }
    assert installation.users == {store.owner}
    (request,) = bigcommerce.token_endpoint.requests
    assert request.fields == token_request
    assert request.problem is None


def test_the_answer_tells_the_user_from_the_owner(
    bigcommerce: BigCommerce, app: App, store: Store, exchange: Exchange, token_request: Fields
) -> None:
    (assistant,) = store.staff
    code = bigcommerce.token_endpoint.issue_code(app, store, assistant)
    answer = exchange(token_request | {"code": code}).json()
    assert answer["user"]["id"] == assistant.id
    assert answer["owner"]["id"] == store.owner.id


@pytest.mark.parametrize("name", REQUIRED_FIELDS)
@pytest.mark.parametrize("value", [None, "", 17, ["x"]])
def test_every_field_is_a_non_empty_string(
    refused: Callable[..., str], token_request: Fields, name: str, value: object
) -> None:
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
@pytest.mark.parametrize("change", [str.upper, "{}/".format, " {}".format])
def test_every_field_is_exact(
    refused: Callable[..., str],
    token_request: Fields,
    name: str,
    error: str,
    change: Callable[[str], str],
) -> None:
    assert refused(token_request | {name: change(token_request[name])}, naming=name) == error


def test_a_refusal_does_not_use_the_code_up(
    refused: Callable[..., str], exchange: Exchange, token_request: Fields
) -> None:
    refused(token_request | {"scope": "store_v2_orders"}, naming="scope")
    assert exchange(token_request).status == 200


def test_scopes_in_another_order_are_not_those_received(
    refused: Callable[..., str], token_request: Fields
) -> None:
    scope = " ".join(reversed(token_request["scope"].split()))
    assert refused(token_request | {"scope": scope}, naming="scope") == "invalid_scope"


def test_another_stores_context_is_refused(
    bigcommerce: BigCommerce, refused: Callable[..., str], token_request: Fields
) -> None:
    context = bigcommerce.add_store("Another").context
    assert refused(token_request | {"context": context}, naming="context") == "invalid_grant"


def test_another_apps_code_is_refused(
    bigcommerce: BigCommerce, store: Store, refused: Callable[..., str], token_request: Fields
) -> None:
    other = bigcommerce.register_app("other", "Other", [])
    code = bigcommerce.token_endpoint.issue_code(other, store, store.owner)
    assert refused(token_request | {"code": code}, naming="code") == "invalid_grant"


def test_another_apps_secret_is_refused(
    bigcommerce: BigCommerce, refused: Callable[..., str], token_request: Fields
) -> None:
    secret = bigcommerce.register_app("other", "Other", []).client_secret
    fields = token_request | {"client_secret": secret}
    assert refused(fields, naming="client_secret") == "invalid_client"


def test_the_redirect_uri_is_the_one_registered_now(
    app: App, refused: Callable[..., str], token_request: Fields
) -> None:
    app.callback_urls = app.callback_urls.under("https://new.example.com", "org")
    assert refused(token_request, naming="redirect_uri") == "redirect_uri_mismatch"


def test_a_code_works_once(
    bigcommerce: BigCommerce, app: App, store: Store, exchange: Exchange, token_request: Fields
) -> None:
    assert exchange(token_request).status == 200
    installation = bigcommerce.installation(app, store)
    answer = exchange(token_request)
    assert answer.status == 400
    assert answer.json() == {
        "error": "invalid_grant",
        "error_description": "Parameter code was used before",
    }
    assert bigcommerce.installation(app, store) is installation


def test_a_code_expires(
    clock: Clock, exchange: Exchange, refused: Callable[..., str], token_request: Fields
) -> None:
    clock.now += CODE_LIFETIME_SECONDS
    assert refused(token_request, naming="code has expired") == "invalid_grant"
    clock.now -= 1
    assert exchange(token_request).status == 200


def test_a_new_consent_replaces_the_token(
    bigcommerce: BigCommerce, app: App, store: Store, exchange: Exchange, token_request: Fields
) -> None:
    first = exchange(token_request).json()["access_token"]
    app.scopes = ("store_v2_orders",)
    code = bigcommerce.token_endpoint.issue_code(app, store, store.owner)
    answer = exchange(token_request | {"code": code, "scope": "store_v2_orders"}).json()
    installation = bigcommerce.installation(app, store)
    assert installation
    assert first != answer["access_token"] == installation.access_token
    assert installation.scope == answer["scope"] == "store_v2_orders"


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_the_content_type_is_json(
    refused: Callable[..., str], token_request: Fields, content_type: str
) -> None:
    error = refused(token_request, naming="Content-Type", content_type=content_type)
    assert error == "invalid_request"


def test_the_content_type_may_name_its_charset(exchange: Exchange, token_request: Fields) -> None:
    assert exchange(token_request, "application/json; charset=utf-8").status == 200


def test_a_form_body_is_not_json(refused: Callable[..., str], token_request: Fields) -> None:
    assert refused(urlencode(token_request).encode(), naming="not JSON") == "invalid_request"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe"])
def test_a_broken_body_is_refused(refused: Callable[..., str], body: bytes) -> None:
    assert refused(body, naming="not JSON") == "invalid_request"


@pytest.mark.parametrize("body", [[], "text", 1, None])
def test_the_body_is_an_object(refused: Callable[..., str], body: object) -> None:
    assert refused(body, naming="not a JSON object") == "invalid_request"


def test_secrets_stay_out_of_representations(
    bigcommerce: BigCommerce, app: App, store: Store, exchange: Exchange, token_request: Fields
) -> None:
    token = exchange(token_request).json()["access_token"]
    shown = repr(bigcommerce.installation(app, store)) + repr(list(bigcommerce.log))
    for secret in (token, app.client_secret, token_request["code"]):
        assert secret not in shown


def test_only_the_latest_requests_are_kept(
    bigcommerce: BigCommerce, exchange: Exchange, token_request: Fields
) -> None:
    exchange(token_request)
    for _ in range(KEPT_REQUESTS):
        exchange({})
    requests = bigcommerce.token_endpoint.requests
    assert [request.fields for request in requests] == [{}] * KEPT_REQUESTS


@pytest.mark.parametrize("status", [500, 503])
def test_fault_status(
    bigcommerce: BigCommerce, exchange: Exchange, token_request: Fields, status: int
) -> None:
    bigcommerce.token_endpoint.next_answers.extend([faults.status(status)] * 2)
    assert exchange(token_request).status == status
    assert exchange(token_request).status == status
    assert exchange(token_request).status == 200
    assert len(bigcommerce.token_endpoint.requests) == 3


def test_a_fault_can_be_for_the_requests_with_one_code(
    bigcommerce: BigCommerce, exchange: Exchange, token_request: Fields
) -> None:
    by_code = bigcommerce.token_endpoint.answers_by_code
    by_code["another"] = deque([faults.status(500)])
    by_code[token_request["code"]] = deque([faults.status(503)])
    assert exchange(token_request).status == 503
    assert exchange("not JSON").status == 400
    token = bigcommerce.token_endpoint.access_token(token_request["code"])
    assert exchange(token_request).json()["access_token"] == token
    assert len(by_code["another"]) == 1


def test_fault_rate_limited(
    bigcommerce: BigCommerce, exchange: Exchange, token_request: Fields
) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.rate_limited(retry_after=2))
    answer = exchange(token_request)
    assert answer.status == 429
    assert answer.headers["Retry-After"] == "2"
    assert exchange(token_request).status == 200


def test_fault_reset(bigcommerce: BigCommerce, exchange: Exchange, token_request: Fields) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.reset)
    with pytest.raises(urllib3.exceptions.ProtocolError) as raised:
        exchange(token_request)
    assert isinstance(raised.value.args[1], ConnectionResetError)
    assert next(iter(bigcommerce.log)).outcome == "reset"
    assert exchange(token_request).status == 200


def test_fault_slow(bigcommerce: BigCommerce, exchange: Exchange, token_request: Fields) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.slow(0.5))
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        exchange(token_request, timeout=0.1)
    assert exchange(token_request).json()["error_description"] == "Parameter code was used before"


def test_fault_slow_answers_in_the_end(
    bigcommerce: BigCommerce, exchange: Exchange, token_request: Fields
) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.slow(0.01))
    assert exchange(token_request).status == 200


def test_fault_byte_by_byte(
    bigcommerce: BigCommerce, app: App, store: Store, exchange: Exchange, token_request: Fields
) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.byte_by_byte(0.0005))
    answer = exchange(token_request)
    installation = bigcommerce.installation(app, store)
    assert installation
    assert answer.json()["access_token"] == installation.access_token


def test_fault_byte_by_byte_to_a_client_that_leaves(
    bigcommerce: BigCommerce, exchange: Exchange, token_request: Fields
) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.byte_by_byte(0.2))
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        exchange(token_request, timeout=0.05)
    assert exchange(token_request).status == 400, "the server still answers"


def test_fault_html(bigcommerce: BigCommerce, exchange: Exchange, token_request: Fields) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.html)
    answer = exchange(token_request)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html"
    assert answer.data.startswith(b"<!doctype html>")


def test_fault_truncated(
    bigcommerce: BigCommerce, exchange: Exchange, token_request: Fields
) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.truncated)
    answer = exchange(token_request)
    assert answer.data.startswith(b'{"access_token"')
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_fault_missing_field(
    bigcommerce: BigCommerce, exchange: Exchange, token_request: Fields
) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.without("access_token"))
    answer = exchange(token_request)
    assert answer.status == 200
    assert set(answer.json()) == {"scope", "user", "owner", "context", "account_uuid"}


@pytest.mark.parametrize(
    "fields",
    [
        {"context": "stores/other12345"},
        {"account_uuid": "00000000-0000-0000-0000-000000000000"},
        {"scope": "store_v2_orders_read_only"},
        {"user": None},
    ],
)
def test_fault_other_values(
    bigcommerce: BigCommerce, exchange: Exchange, token_request: Fields, fields: Fields
) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.with_fields(**fields))
    answer = exchange(token_request).json()
    assert answer | fields == answer
    assert answer["access_token"]


def test_fault_redirect(
    bigcommerce: BigCommerce, exchange: Exchange, token_request: Fields
) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.redirected("https://example.com/"))
    answer = exchange(token_request)
    assert answer.status == 302
    assert answer.headers["Location"] == "https://example.com/"
