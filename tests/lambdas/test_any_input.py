"""Anything a stranger may send: never a defect, never a write, never a word of it in the log.

Much of it would be right but for a few changes, so that every check is come to; what is still right
must do what the documentation says.
"""

from collections import defaultdict
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local.bigcommerce import App, BigCommerce, Store
from tests.conftest import Count
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import (
    CALLBACKS,
    SECRET_PARAMETERS,
    SIGNED_CALLBACKS,
    Backend,
    api_event,
)
from tests.lambdas.chance import (
    assert_applied,
    assert_reached,
    assert_refused,
    examples,
    undo,
)
from tests.lambdas.conftest import ORGANIZATION_ID, Clock, Logs
from tests.lambdas.responses import UNKNOWN_ORGANIZATION, Response
from tests.lambdas.strategies import (
    MARK,
    Pairs,
    any_queries,
    any_values,
    changed_documents,
    changed_queries,
    changed_texts,
    json_values,
    mostly,
    strangers_texts,
    texts,
)
from tests.lambdas.tokens import claims, sign


@pytest.fixture
def secrets(secrets: set[str]) -> set[str]:
    """Also what is a stranger's."""
    return secrets | {MARK}


@pytest.fixture
def forged(app: App, store: Store) -> Mapping[str, Pairs]:
    """All that each callback wants: only, BigCommerce did not send it."""
    payload = sign(claims(app, store, store.owner), "f" * 64)
    authorization = {
        "code": MARK,
        "scope": app.scope,
        "context": store.context,
        "account_uuid": app.account_uuid,
    }
    return {
        "redirect-url": list(authorization.items()),
        **{each: [("signed_payload_jwt", payload)] for each in SIGNED_CALLBACKS},
    }


# How far what is forged gets at each callback.
FORGERY = {
    "redirect-url": "400 token endpoint answered 400 invalid_grant",
    **dict.fromkeys(SIGNED_CALLBACKS, "401 InvalidSignatureError"),
}


def values_by_name(query: str) -> Mapping[str, list[str]]:
    values = defaultdict(list)
    for name, value in parse_qsl(query, keep_blank_values=True):
        values[name].append(value)
    return values


def keep_secret(query: str, secrets: set[str]) -> None:
    """Nor may what was changed come out, as far as it can be told from other words."""
    for name, value in parse_qsl(query):
        if name in SECRET_PARAMETERS and len(value) > 20:
            secrets.add(value)


@pytest.mark.figures("query strings of chance")
def test_a_changed_auth_link_installs_where_it_says_the_same_and_else_nothing(
    *,
    backend: Backend,
    app: App,
    bigcommerce: BigCommerce,
    store: Store,
    secrets: set[str],
    aws: AwsCalls,
    logs: Logs,
    count: Count,
) -> None:
    codes: list[str] = []

    def right() -> Pairs:
        url = bigcommerce.auth_callback_url(app, store, store.owner)
        pairs = parse_qsl(url.partition("?")[2])
        codes.append(dict(pairs)["code"])
        return pairs

    def is_right(values: Mapping[str, list[str]]) -> bool:
        expected = {"code": codes[-1:], "scope": [app.scope], "context": [store.context]}
        return all(values[name] == value for name, value in expected.items())

    def assert_installed(answer: Response, values: Mapping[str, list[str]]) -> None:
        record = backend.record(app, store)
        assert (record["status"], record["scopes"]) == ("installed", list(app.scopes))
        access_token = bigcommerce.token_endpoint.access_token(codes[-1])
        assert backend.decrypt(app, store) == access_token
        secrets.add(access_token)
        assert answer.status == (302 if "external_install" in values else 200)
        assert answer.status == 200 or answer.headers["Location"].endswith("/install/succeeded")

    @examples(300)
    @given(query=mostly(changed_queries(right), any_queries))
    def check(query: str) -> None:
        count()
        undo(aws, backend, app, store, None)
        secrets.update(codes)
        keep_secret(query, secrets)
        values = values_by_name(query)

        answer = backend.handle("redirect-url", api_event(ORGANIZATION_ID, "redirect-url", query))

        if is_right(values):
            assert_installed(answer, values)
        else:
            assert_refused(answer, aws)

    check()
    assert_reached(
        logs,
        *("200 done", "302 done", "code is missing", "scope is missing", "context is missing"),
        *("is given more than once", "is too long", "is not text"),
        "context is not stores/{store_hash}",
        *("token endpoint answered 400 invalid_grant", "token endpoint answered 400 invalid_scope"),
    )


@pytest.mark.figures("query strings of chance")
def test_a_changed_signed_link_is_taken_where_it_says_the_same_and_else_changes_nothing(
    *,
    clock: Clock,
    backend: Backend,
    app: App,
    installed_store: Store,
    secrets: set[str],
    aws: AwsCalls,
    logs: Logs,
    count: Count,
) -> None:
    before = backend.item(app, installed_store)
    record = backend.record(app, installed_store)
    content = claims(app, installed_store, installed_store.staff[0])
    payload = sign(content, app.client_secret)
    secrets.update(payload.split(".")[1:])
    others = st.sampled_from(
        [
            sign(content, "f" * 64),
            sign(content, app.client_secret, {"alg": "none"}),
            *(sign(content, app.client_secret, {"alg": name}) for name in ("HS512", "hs256")),
            sign(MARK.encode(), app.client_secret),
            payload.rpartition(".")[0] + ".",
        ]
    )
    queries = changed_queries(
        lambda: [("signed_payload_jwt", payload)], mostly(others, any_values, one_in=2)
    )
    taken = set()

    @examples(300)
    @given(callback=st.sampled_from(SIGNED_CALLBACKS), query=mostly(queries, any_queries))
    def check(callback: str, query: str) -> None:
        count()
        undo(aws, backend, app, installed_store, before)
        keep_secret(query, secrets)

        answer = backend.handle(callback, api_event(ORGANIZATION_ID, callback, query))

        if values_by_name(query)["signed_payload_jwt"] == [payload]:
            assert answer.status == 200
            assert_applied(callback, content, record, backend.record(app, installed_store))
            taken.add(callback)
        else:
            assert_refused(answer, aws)

    check()
    assert taken == set(SIGNED_CALLBACKS)
    assert_reached(
        logs,
        *("200 done", "is missing", "is given more than once", "is too long", "is not text"),
        *("DecodeError", "InvalidSignatureError", "InvalidAlgorithmError"),
    )


@pytest.mark.figures("organization ids of chance")
@pytest.mark.parametrize("callback", CALLBACKS)
def test_any_organization_id_but_the_apps_own_is_unknown(
    *,
    callback: str,
    backend: Backend,
    forged: Mapping[str, Pairs],
    aws: AwsCalls,
    logs: Logs,
    count: Count,
) -> None:
    others = (strangers_texts | changed_texts(ORGANIZATION_ID)).filter(
        lambda other: other != ORGANIZATION_ID
    )

    @examples(150, callback)
    @given(organization_id=others)
    def check(organization_id: str) -> None:
        count()
        event = api_event("", callback, urlencode(forged[callback]))
        event["pathParameters"]["organization_id"] = organization_id
        answer = backend.handle(callback, event)
        UNKNOWN_ORGANIZATION.assert_is(answer, callback)
        assert_refused(answer, aws)

    check()
    assert_reached(logs, "malformed organization id", "no such app in the table")


@pytest.mark.figures("API Gateway events of chance")
@pytest.mark.parametrize("callback", CALLBACKS)
def test_a_forged_event_of_any_shape_is_refused(
    *,
    callback: str,
    backend: Backend,
    app: App,
    forged: Mapping[str, Pairs],
    aws: AwsCalls,
    logs: Logs,
    count: Count,
) -> None:
    right = {
        "rawQueryString": urlencode(forged[callback]),
        "pathParameters": {"organization_id": app.organization_id},
        "queryStringParameters": dict(forged[callback]),  # which is not read
    }
    # What an answer shows holds no mark.
    contexts = json_values | st.fixed_dictionaries(
        {"requestId": st.just("\ud800") | texts | json_values}
    )
    events = st.tuples(changed_documents(right, {}), contexts).map(
        lambda parts: {**parts[0], "requestContext": parts[1]}
    )
    anything = json_values | st.dictionaries(
        st.sampled_from([*right, "requestContext"]), json_values
    )

    @examples(300, callback)
    @given(event=mostly(events, anything, one_in=3))
    # Chance depends on what else is imported.
    @example(event={**right, "rawQueryString": urlencode(forged[callback][1:])})
    def check(event: object) -> None:
        count()
        assert_refused(backend.handle(callback, event), aws)

    check()
    assert_reached(logs, FORGERY[callback], "is missing", "malformed organization id")
