"""Anything a stranger may send: never a defect, never a write, never a word of it in the log.

Much of it would be right but for a few changes, so that every check is come to; what is still right
must do what the documentation says.
"""

import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from werkzeug import Response as TokenResponse

from lambdas.callbacks import apps, credentials
from local.bigcommerce import App, BigCommerce, Store
from tests.conftest import Count
from tests.lambdas import documented
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import (
    CALLBACKS,
    SECRET_PARAMETERS,
    SIGNED_CALLBACKS,
    Backend,
    api_event,
    callback_url,
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

REFUSED = {302, 400, 401, 404}
DOCUMENTED = REFUSED | {200, 403, 502, 503, 504}
LONGEST_VALUE = 8192


def examples(number: int, of: object = None) -> Callable[[Callable[..., None]], Any]:
    """So many examples; others for each parameter `of` the test."""

    def decorate(check: Callable[..., None]) -> Any:
        some = settings(
            max_examples=number, suppress_health_check=[HealthCheck.function_scoped_fixture]
        )
        return seed(zlib.crc32(repr(of).encode()))(some(check))

    return decorate


def assert_documented(answer: Response) -> None:
    """What API Gateway accepts and the documentation names."""
    assert answer.status in DOCUMENTED
    assert all(isinstance(value, str) for value in answer.headers.values())
    "".join([answer.body, *answer.headers.values()]).encode()  # text, as Lambda demands


def assert_refused(answer: Response, aws: AwsCalls) -> None:
    assert_documented(answer)
    assert answer.status in REFUSED
    assert answer.status != 302 or answer.headers["Location"].endswith("/install/failed")
    assert MARK not in answer.body + str(answer.headers)
    assert "PutItem" not in aws.operations


def undo(aws: AwsCalls, backend: Backend, app: App, store: Store, item: Any) -> None:
    """Let the store's record be this again, where an example wrote another."""
    if "PutItem" in aws.operations:
        backend.put_item(app, store, item)
    aws.repair()


def assert_reached(logs: Logs, *outcomes: str) -> None:
    """Each of these is the outcome of some example: its status, or the reason that is logged.

    An outcome without a reason is `done`. Without this, a test whose examples all end at the first
    check would pass for ever.
    """
    reports = [json.loads(line) for line in logs.text.split("\n") if '"status"' in line]
    reached = "\n".join(f"{line['status']} {line.get('reason', 'done')}" for line in reports)
    assert [outcome for outcome in outcomes if outcome not in reached] == []


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
        uuids = values["account_uuid"]
        return all(values[name] == value for name, value in expected.items()) and (
            not any(uuids) or uuids == [app.account_uuid]
        )

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
        *("context is not stores/{store_hash}", "the grant is for another account_uuid"),
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


def assert_applied(
    callback: str, content: Any, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """A store's record after a payload that was taken is what the documentation says."""
    issued_at, user = int(content["iat"]), str(content["user"]["id"])
    known = before["users"].get(user)
    if callback == "load":
        assert set(after["users"]) == {*before["users"], user}
        changed = ("users", "user_count", "revision", "owner_id")
        assert without(after, *changed) == without(before, *changed)
    elif callback == "uninstall" and issued_at >= before["installed_at"]:
        assert (after["status"], after["uninstalled_at"]) == ("uninstalled", issued_at)
        assert not {"access_token", "users", "owner_id"} & set(after)
    elif callback == "remove-user" and (known is None or issued_at >= known["added_at"]):
        assert user not in after["users"]
        assert after["removed_users"] == {user: issued_at}
    else:
        assert after == before


def without(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in names}


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
    def check(event: object) -> None:
        count()
        assert_refused(backend.handle(callback, event), aws)

    check()
    assert_reached(logs, FORGERY[callback], "is missing", "malformed organization id")


CLAIM_CHECKS = [
    *("DecodeError", "MissingRequiredClaimError"),
    *("InvalidAudienceError", "InvalidIssuerError", "InvalidSubjectError"),
    *("ExpiredSignatureError", "ImmatureSignatureError", "issued more than 24 hours ago"),
    *(f"{claim} is not a number" for claim in ("iat", "nbf", "exp")),
    "sub is not stores/{store_hash}",
    *("user is not an object", "user.id is not an integer"),
    *("owner is not an object", "owner.id is not an integer"),
]


def nearly_right_claims(app: App, now: int) -> dict[str, list[Any]]:
    """Changes for every check, and some that must make no difference to any."""
    users: dict[str, list[Any]] = {
        "id": ["5", "05", 10**40],
        "email": [None, 5, ...],
        "locale": [5, ...],
    }
    return {
        "aud": [[app.client_id]],
        "iss": ["BC"],
        "sub": [5, "stores/", "stores/abc"],
        "iat": [
            now - documented.DAY - 11,
            now - documented.DAY - 60,
            now - 3600,
            now + 60,
            str(now),
        ],
        "nbf": [now + 60, str(now), ...],
        "exp": [now - 60, str(now + 60)],
        "jti": ["\ud800", ...],
        "url": [["/"], None, "/a?b=c", ...],
        "channel_id": ["5", "five", 3, ...],
        "user": [[5], ...],
        "owner": ["5", ...],
        **{f"{who}.{name}": users[name] for who in ("user", "owner") for name in users},
    }


def expected_status(callback: str, content: Any, record: Mapping[str, Any], *, now: int) -> int:
    """What claims get that BigCommerce signed, from a store's installation."""
    if not documented.payload_holds(content, client_id=record["client_id"], now=now):
        return 401
    if callback != "load":
        is_owner = str(content["user"]["id"]) == str(content["owner"]["id"])
        may_be_late = callback == "uninstall" and is_owner
        return 200 if may_be_late or now - int(content["iat"]) <= 310 else 401
    if content["sub"] != f"stores/{record['store_hash']}":
        return 404
    known = str(content["user"]["id"]) in record["users"]
    return 302 if known or content["iat"] >= record["installed_at"] else 401


@pytest.mark.figures("signed payloads of chance")
def test_claims_of_chance_that_bigcommerce_signed_are_taken_where_they_hold(
    *,
    clock: Clock,
    backend: Backend,
    app: App,
    installed_store: Store,
    aws: AwsCalls,
    logs: Logs,
    count: Count,
) -> None:
    before = backend.item(app, installed_store)
    record = backend.record(app, installed_store)
    right = claims(app, installed_store, installed_store.staff[0])
    right["owner"]["locale"] = "de-DE"
    changed_claims = changed_documents(right, nearly_right_claims(app, clock.now))
    outcomes = set()
    # What the claims say of the visitor goes to the app.
    backend.deploy(app, app_url="https://orders.example.com/?tab=1", handoff_key="5" * 64)
    apps.forget()
    credentials.forget()

    @examples(900)
    @given(
        callback=st.sampled_from(SIGNED_CALLBACKS),
        content=mostly(changed_claims, json_values | st.binary()),
    )
    def check(callback: str, content: Any) -> None:
        count()
        undo(aws, backend, app, installed_store, before)
        payload = sign(content, app.client_secret)

        answer = backend.get(callback_url(app, callback, signed_payload_jwt=payload))

        assert_documented(answer)
        assert MARK not in answer.body + str(answer.headers)
        assert answer.status == (
            400
            if len(payload) > LONGEST_VALUE
            else expected_status(callback, content, record, now=clock.now)
        )
        outcomes.add((callback, answer.status))
        if answer.status >= 400:
            assert "PutItem" not in aws.operations
        elif content["sub"] == f"stores/{installed_store.hash}":
            assert_applied(callback, content, record, backend.record(app, installed_store))
        else:
            assert backend.record(app, installed_store) == record

    check()
    assert {("load", 302), ("uninstall", 200), ("remove-user", 200)} <= outcomes
    assert_reached(logs, *CLAIM_CHECKS)


def as_json(content: object) -> bytes:
    return json.dumps(content).encode()


def with_a_scope_that_may_be_shown(grant: dict[str, Any]) -> dict[str, Any]:
    """Scopes are no secret: the log and the page name them, so they hold no mark."""
    scope = grant.get("scope")
    return {**grant, "scope": scope.replace(MARK, "a")} if isinstance(scope, str) else grant


@pytest.mark.figures("answers of the token endpoint of chance")
def test_an_answer_of_chance_of_the_token_endpoint_installs_where_it_is_a_grant(
    *,
    backend: Backend,
    app: App,
    bigcommerce: BigCommerce,
    store: Store,
    aws: AwsCalls,
    logs: Logs,
    count: Count,
) -> None:
    right = {
        "access_token": MARK,
        "scope": app.scope,
        "user": {"id": 2, "username": "assistant", "email": "assistant@example.com"},
        "owner": {"id": 1, "username": "owner", "email": "owner@example.com"},
        "context": store.context,
        "account_uuid": app.account_uuid,
    }
    near_misses: dict[str, list[Any]] = {
        "context": [store.context.upper(), "stores/abc"],
        "account_uuid": [app.account_uuid.upper(), None],
        "access_token": ["", "\ud800", MARK * 300],
        "scope": [["a"], "a b", None, " "],
        "user.id": ["2", "02", True, 1],
        "owner.id": [...],
        "user.email": ["", ...],
        "owner.email": [None, "\ud800"],
    }
    grants = changed_documents(right, near_misses).map(with_a_scope_that_may_be_shown)
    others = json_values.map(as_json) | st.binary(max_size=200)
    retry_after = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)

    def expected_statuses(status: int, content: bytes) -> set[int]:
        if status != 200:
            return {400} if status == 400 else {502}
        try:
            answer = json.loads(content)
        except ValueError:
            return {502}
        uuid = app.account_uuid
        holds = documented.grant_holds(answer, context=store.context, account_uuid=uuid)
        return {200} if holds else {400, 502}

    def assert_recorded(grant: dict[str, Any]) -> None:
        record = backend.record(app, store)
        assert backend.decrypt(app, store) == grant["access_token"]
        assert record["scopes"] == grant["scope"].split()
        assert record["owner_id"] == str(grant["owner"]["id"])
        assert set(record["users"]) == {str(grant[who]["id"]) for who in ("owner", "user")}

    @examples(500)
    @given(
        status=st.sampled_from([200] * 8 + [201, 302, 400, 429, 500]),
        content=mostly(grants.map(as_json), others, one_in=5),
        headers=st.fixed_dictionaries({}, optional={"Retry-After": retry_after}),
    )
    def check(status: int, content: bytes, headers: dict[str, str]) -> None:
        count()
        undo(aws, backend, app, store, None)
        answered = TokenResponse(content, status, headers)
        bigcommerce.token_endpoint.next_answers.extend([lambda _: answered] * 3)

        answer = backend.get(bigcommerce.auth_callback_url(app, store, store.owner))

        bigcommerce.token_endpoint.next_answers.clear()
        assert_documented(answer)
        assert MARK not in answer.body + str(answer.headers)
        assert answer.status in expected_statuses(status, content)
        if answer.status == 200:
            assert_recorded(json.loads(content))
        else:
            assert "PutItem" not in aws.operations

    check()
    assert_reached(
        logs,
        *("200 done", "the grant is for another context", "the grant is for another account_uuid"),
        *(f"no sense: {error}" for error in ("KeyError", "TypeError", "JSONDecodeError")),
        *("no sense: UnicodeEncodeError", "the answer grants no scope"),
        *(f"token endpoint answered {status}" for status in (201, 302, 400, 429, 500)),
    )
