"""Anything a stranger may send: it causes no defect and no write, and is not logged.

Many of the requests are valid except for a few changes, so that they pass the first checks. A
request that is still valid takes effect.
"""

import string
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import HealthCheck, example, given, seed, settings
from hypothesis import strategies as st

from local.bigcommerce import App, Store
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import (
    CALLBACKS,
    SECRET_PARAMETERS,
    SIGNED_CALLBACKS,
    Backend,
    Callbacks,
    api_event,
)
from tests.lambdas.conftest import ORGANIZATION_ID, Clock, Logs
from tests.lambdas.responses import Response
from tests.lambdas.tokens import claims, sign

# Part of whatever a stranger sends, so that it is found wherever it comes out.
MARK = "a-strangers-words"
# What a forged request is refused with at last.
REFUSED = {
    "redirect-url": "token endpoint answered 400 invalid_grant",
    **dict.fromkeys(SIGNED_CALLBACKS, "InvalidSignatureError"),
}
Pairs = list[tuple[str, str]]

# Also halves of surrogate pairs, which are JSON but no text.
texts = st.text(st.characters(exclude_categories=[]), max_size=40).map(lambda text: MARK + text)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(texts, children, max_size=3),
    max_leaves=8,
)


@st.composite
def changed(draw: st.DrawFn, text: str) -> str:
    """Return the text cut off, in another case, or with something added or removed."""
    at = draw(st.integers(0, max(len(text) - 1, 0)))
    before, after = text[:at], text[at + 1 :]
    other = draw(st.sampled_from(string.ascii_letters + string.digits))
    changes = [
        text.swapcase(),
        before,
        before + after,
        before + other + after,
        f"{text}\n",
        text * 2,
    ]
    return draw(st.sampled_from([*changes, f"{before}{MARK}{after}", MARK + "a" * 8192]) | texts)


@st.composite
def queries(draw: st.DrawFn, right: Callable[[], Pairs]) -> Pairs:
    """The parameters with up to two of them changed, missing, repeated or added."""
    pairs = right()
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(pairs)))
        name, value = [*pairs, ("external_install", "")][at]
        one = (name, draw(changed(value)))
        instead = [[], [one], [(name, value), one], [(draw(changed(name)), value)]]
        pairs = [*pairs[:at], *draw(st.sampled_from(instead)), *pairs[at + 1 :]]
    return pairs


def spelled(pairs: Pairs) -> str:
    """The query string, percent-encoded as far as there is an encoding."""
    quoted = [[quote(text.encode(errors="surrogatepass")) for text in pair] for pair in pairs]
    return "&".join("=".join(pair) for pair in quoted)


def examples(number: int, of: str) -> Callable[[Callable[..., None]], Any]:
    """So many examples; others for each callback."""
    some = settings(
        max_examples=number, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    return lambda check: seed(len(of))(some(check))


@pytest.fixture
def secrets(secrets: set[str]) -> set[str]:
    """Also what is a stranger's."""
    return secrets | {MARK}


@pytest.fixture
def outcomes(logs: Logs) -> Callable[[], set[str]]:
    """The reasons of all answers so far; `done` for a success."""
    return lambda: {line.get("reason", "done") for line in logs.lines if "status" in line}


def assert_refused(answer: Response, aws: AwsCalls) -> None:
    assert answer.status in {302, 400, 401, 404}
    assert answer.status != 302 or answer.headers["Location"].endswith("/install/failed")
    "".join([answer.body, *answer.headers.values()]).encode()  # text, as Lambda demands
    assert MARK not in answer.body + str(answer.headers)
    assert "PutItem" not in aws.operations


@pytest.mark.parametrize("callback", CALLBACKS)
def test_a_changed_link_takes_effect_if_it_says_the_same_and_is_refused_otherwise(
    *,
    callback: str,
    clock: Clock,
    installed: Callbacks,
    secrets: set[str],
    aws: AwsCalls,
    outcomes: Callable[[], set[str]],
) -> None:
    item, (user,) = installed.item(), installed.store.staff
    latest: Pairs = []

    def right() -> Pairs:
        url = installed.url(callback, user)
        latest[:] = [pair for pair in parse_qsl(url.partition("?")[2]) if pair[0] != "account_uuid"]
        return list(latest)

    @examples(150, callback)
    @given(pairs=queries(right))
    def check(pairs: Pairs) -> None:
        installed.backend.put_item(installed.app, installed.store, item)
        aws.repair()
        secrets.update(
            part
            for name, value in [*latest, *pairs]
            if name in SECRET_PARAMETERS
            for part in value.split(".")[-2:]
            if len(part) > 20
        )
        event = api_event(ORGANIZATION_ID, callback, spelled(pairs))

        answer = installed.backend.handle(callback, event)

        needed = {name for name, _ in latest}
        if [pair for pair in pairs if pair[0] in needed] == latest:
            assert answer.status in {200, 302}
            assert installed.item() != item
        else:
            assert_refused(answer, aws)

    check()
    # Otherwise a test whose examples all end at the first check would pass.
    reasons = " ".join(outcomes())
    for reason in ("done", "is missing", "is given more than once"):
        assert reason in reasons


@pytest.fixture
def forged(app: App, store: Store) -> Mapping[str, Mapping[str, str]]:
    """All parameters that each callback needs; only, BigCommerce did not send them."""
    payload = sign(claims(app, store, store.owner), "f" * 64)
    return {
        "redirect-url": {"code": MARK, "scope": app.scope, "context": store.context},
        **{each: {"signed_payload_jwt": payload} for each in SIGNED_CALLBACKS},
    }


@pytest.mark.parametrize("callback", CALLBACKS)
def test_a_forged_event_of_any_shape_is_refused(
    *,
    callback: str,
    backend: Backend,
    app: App,
    forged: Mapping[str, Mapping[str, str]],
    aws: AwsCalls,
    outcomes: Callable[[], set[str]],
) -> None:
    query = urlencode(forged[callback])
    organization = {"organization_id": app.organization_id}
    right = {"rawQueryString": query, "pathParameters": organization}
    events = st.fixed_dictionaries(
        {
            "rawQueryString": st.just(query) | texts | json_values,
            "pathParameters": st.sampled_from([organization] * 3)
            | changed(app.organization_id)
            .filter(lambda other: other != app.organization_id)
            .map(lambda other: {"organization_id": other})
            | json_values,
        },
        # What an answer shows contains no mark.
        optional={
            "requestContext": st.sampled_from([5, {"requestId": "\ud800"}, {"requestId": {}}])
        },
    )

    @examples(150, callback)
    @given(event=events | json_values)
    @example(event=right)
    @example(event=right | {"rawQueryString": ""})
    def check(event: object) -> None:
        assert_refused(backend.handle(callback, event), aws)

    check()
    reasons = " ".join(outcomes())
    for reason in ("malformed organization ID", "no such app in the table", REFUSED[callback]):
        assert reason in reasons
