"""Anything BigCommerce may sign or answer: taken where it holds, and else nothing is written."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Response as TokenResponse

from local.bigcommerce import App, BigCommerce, Store
from tests.conftest import Count
from tests.lambdas import documented
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import (
    SIGNED_CALLBACKS,
    Backend,
    callback_url,
)
from tests.lambdas.caches import forget_apps, forget_credentials
from tests.lambdas.chance import (
    CLAIM_CHECKS,
    assert_applied,
    assert_documented,
    assert_reached,
    examples,
    expected_status,
    nearly_right_claims,
    undo,
)
from tests.lambdas.conftest import Clock, Logs
from tests.lambdas.strategies import (
    MARK,
    changed_documents,
    json_values,
    mostly,
)
from tests.lambdas.tokens import claims, sign

LONGEST_VALUE = 8192


@pytest.fixture
def secrets(secrets: set[str]) -> set[str]:
    """Also what is a stranger's."""
    return secrets | {MARK}


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
    forget_apps()
    forget_credentials()

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
        holds = documented.grant_holds(answer, context=store.context)
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
        *("200 done", "the grant is for another context"),
        *(f"no sense: {error}" for error in ("KeyError", "TypeError", "ValueError")),
        *("no sense: JSONDecodeError", "the answer grants no scope"),
        *(f"token endpoint answered {status}" for status in (201, 302, 400, 429, 500)),
    )
