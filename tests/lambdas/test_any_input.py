"""Anything a stranger may send: never a defect, never a write, never a word of it in the log."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callbacks import apps, credentials
from local.bigcommerce import App, BigCommerce, Store
from local.bigcommerce.faults import Exchange, Fault
from local.bigcommerce.messages import Answer as TokenAnswer
from tests.conftest import Count
from tests.lambdas.harness import (
    CALLBACKS,
    SIGNED_CALLBACKS,
    Answer,
    AwsCalls,
    Backend,
    api_event,
    callback_url,
)
from tests.lambdas.refusals import invalid_parameter
from tests.lambdas.tokens import claims, sign

# Part of whatever a stranger sends, so that it is found wherever it comes out.
MARK = "a-strangers-words"
REFUSED = {302, 400, 401, 404}
DOCUMENTED = REFUSED | {200, 403, 502, 503, 504}

any_input = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Also halves of surrogate pairs, which are JSON but no text.
texts = st.text(st.characters(exclude_categories=[]), max_size=40)
strangers_texts = texts.map(lambda text: MARK + text)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(texts, children, max_size=3),
    max_leaves=8,
)
parameters = st.sampled_from(
    ["code", "scope", "context", "account_uuid", "external_install", "signed_payload_jwt"]
)
values = st.one_of(
    strangers_texts,
    st.sampled_from(["", "stores/abc123def4", "stores/../abc", "a.b.c", "store_v2_orders"]),
    st.lists(st.binary(max_size=30), min_size=2, max_size=4).map(
        lambda parts: ".".join(part.hex() for part in parts)
    ),
)
queries = st.one_of(
    strangers_texts,
    st.lists(st.tuples(parameters | texts, values), max_size=8).map(
        lambda pairs: "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)
    ),
    st.binary(max_size=60).map(lambda content: f"code={MARK}{quote(content)}"),
)


def _quoted(text: str) -> str:
    return quote(text.encode(errors="surrogatepass"))


def replaced(document: Any, path: tuple[Any, ...], value: object) -> Any:
    """The document with the value at this path replaced, or removed where it is `...`."""
    if not path:
        return value
    changed = dict(document)
    if value is ... and len(path) == 1:
        del changed[path[0]]
    else:
        changed[path[0]] = replaced(document[path[0]], path[1:], value)
    return changed


def paths(document: Any) -> list[tuple[Any, ...]]:
    """Where in a document anything stands, the document itself included."""
    inner = document.items() if isinstance(document, dict) else ()
    return [(), *((name, *path) for name, value in inner for path in paths(value))]


@st.composite
def changed_documents(draw: st.DrawFn, document: Any) -> Any:
    """The document with one to three of its parts removed or replaced by anything."""
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(paths(document)))
        document = replaced(
            document, path, draw(json_values | st.just(...) if path else json_values)
        )
    return document


def assert_documented(answer: Answer) -> None:
    """What API Gateway accepts and the documentation names."""
    assert answer.status in DOCUMENTED
    assert all(isinstance(value, str) for value in answer.headers.values())
    "".join([answer.body, *answer.headers.values()]).encode()  # text, as Lambda demands


def assert_refused(answer: Answer, aws: AwsCalls) -> None:
    assert_documented(answer)
    assert answer.status in REFUSED
    assert answer.status != 302 or answer.headers["Location"].endswith("/install/failed")
    assert MARK not in answer.body + str(answer.headers)
    assert "PutItem" not in aws.operations


@pytest.fixture
def secrets(secrets: set[str]) -> set[str]:
    """Also what is a stranger's."""
    return secrets | {MARK}


@pytest.fixture
def forged_query(app: App, store: Store) -> str:
    """All a callback could want: nothing is wrong with it but that BigCommerce did not send it."""
    payload = sign(claims(app, store, store.owner), "f" * 64)
    return urlencode(
        {
            "code": MARK,
            "scope": app.scope,
            "context": store.context,
            "account_uuid": app.account_uuid,
            "signed_payload_jwt": payload,
        }
    )


@pytest.mark.figures("query strings of chance")
@pytest.mark.parametrize("callback", CALLBACKS)
def test_any_query_string_is_refused(
    *,
    callback: str,
    backend: Backend,
    app: App,
    installed_store: Store,
    aws: AwsCalls,
    count: Count,
) -> None:
    @any_input
    @given(query=queries)
    def check(query: str) -> None:
        count()
        event = api_event(app.organization_id, callback, query)
        assert_refused(backend.handle(callback, event), aws)

    check()


@pytest.mark.parametrize("parameter", ["code", "scope", "context", "account_uuid"])
def test_a_parameter_of_the_auth_callback_that_is_no_text_never_reaches_bigcommerce(
    parameter: str, backend: Backend, app: App, bigcommerce: BigCommerce
) -> None:
    right = {"code": "0" * 31, "scope": app.scope, "context": "stores/abc"}
    query = "&".join(f"{name}={value}" for name, value in (right | {parameter: "\ud800"}).items())

    answer = backend.handle("redirect-url", api_event(app.organization_id, "redirect-url", query))

    invalid_parameter(parameter, "is not text").assert_is(answer, "redirect-url")
    assert bigcommerce.token_endpoint.requests == []
    assert backend.stored() == []


@pytest.mark.figures("organization ids of chance")
@pytest.mark.parametrize("callback", CALLBACKS)
def test_any_organization_id_but_the_apps_own_is_unknown(
    callback: str, backend: Backend, forged_query: str, aws: AwsCalls, count: Count
) -> None:
    @any_input
    @given(organization_id=strangers_texts)
    def check(organization_id: str) -> None:
        count()
        event = api_event("", callback, forged_query)
        event["pathParameters"]["organization_id"] = organization_id
        answer = backend.handle(callback, event)
        assert answer.status == 404
        assert_refused(answer, aws)

    check()


@pytest.mark.figures("API Gateway events of chance")
@pytest.mark.parametrize("callback", CALLBACKS)
def test_anything_that_is_no_event_is_refused(
    callback: str, backend: Backend, app: App, aws: AwsCalls, count: Count
) -> None:
    parts = st.sampled_from(["rawQueryString", "pathParameters", "requestContext"])

    @any_input
    @given(event=json_values | st.dictionaries(parts, json_values))
    def check(event: object) -> None:
        count()
        assert_refused(backend.handle(callback, event), aws)

    check()


@pytest.mark.figures("API Gateway events of chance")
@pytest.mark.parametrize("callback", CALLBACKS)
def test_a_forged_event_of_any_shape_is_refused(
    *, callback: str, backend: Backend, app: App, forged_query: str, aws: AwsCalls, count: Count
) -> None:
    @any_input
    @given(event=changed_documents(api_event(app.organization_id, callback, forged_query)))
    def check(event: object) -> None:
        count()
        assert_refused(backend.handle(callback, event), aws)

    check()


@pytest.mark.figures("signed payloads of chance")
@pytest.mark.parametrize("app_url", [None, "https://orders.example.com/?tab=1"], ids=["", "app"])
@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
def test_any_claims_that_bigcommerce_signed_get_a_documented_answer(
    *,
    callback: str,
    app_url: str | None,
    backend: Backend,
    app: App,
    installed_store: Store,
    aws: AwsCalls,
    count: Count,
) -> None:
    backend.deploy(app, app_url=app_url, handoff_key="5" * 64)
    apps.forget()
    credentials.forget()
    right = claims(app, installed_store, installed_store.staff[0])

    @any_input
    @given(content=changed_documents(right) | json_values)
    def check(content: object) -> None:
        count()
        aws.operations.clear()
        payload = sign(content, app.client_secret)
        answer = backend.get(callback_url(app, callback, signed_payload_jwt=payload))
        assert_documented(answer)
        assert answer.status in {200, 302} or "PutItem" not in aws.operations

    check()


@pytest.mark.figures("answers of the token endpoint of chance")
def test_any_answer_of_the_token_endpoint_gets_a_documented_answer(
    *,
    backend: Backend,
    app: App,
    bigcommerce: BigCommerce,
    store: Store,
    aws: AwsCalls,
    count: Count,
) -> None:
    def answering(status: int, content: bytes, headers: dict[str, str]) -> Fault:
        def fault(_: Exchange) -> TokenAnswer:
            return TokenAnswer(status, content, headers)

        return fault

    right = {
        "access_token": MARK,
        "scope": app.scope,
        "user": {"id": 2, "username": "assistant", "email": "assistant@example.com"},
        "owner": {"id": 1, "username": "owner", "email": "owner@example.com"},
        "context": store.context,
        "account_uuid": app.account_uuid,
    }
    contents = (changed_documents(right) | json_values).map(lambda each: json.dumps(each).encode())
    retry_after = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)

    @settings(any_input, max_examples=500)
    @given(
        status=st.sampled_from([200, 200, 200, 201, 302, 400, 429, 500]),
        content=contents | st.binary(max_size=200),
        headers=st.fixed_dictionaries({}, optional={"Retry-After": retry_after}),
    )
    def check(status: int, content: bytes, headers: dict[str, str]) -> None:
        count()
        aws.operations.clear()
        fault = answering(status, content, headers)
        bigcommerce.token_endpoint.next_answers.extend([fault] * 3)
        answer = backend.get(bigcommerce.auth_callback_url(app, store, store.owner))
        bigcommerce.token_endpoint.next_answers.clear()
        assert_documented(answer)
        assert answer.status == 200 or "PutItem" not in aws.operations

    check()
