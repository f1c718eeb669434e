"""Bad input: every documented case, at every callback."""

from dataclasses import replace

import pytest

from local.bigcommerce import App, BigCommerce, User
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import (
    CALLBACKS,
    SIGNED_CALLBACKS,
    Backend,
    Callbacks,
    api_event,
    callback_url,
    forget_apps,
)
from tests.lambdas.conftest import Clock, Logs
from tests.lambdas.responses import (
    INVALID_PAYLOAD,
    NOT_ALLOWED,
    NOT_INSTALLED,
    NOT_REGISTERED,
    OUTDATED,
    UNKNOWN_ORGANIZATION,
    invalid_parameter,
)
from tests.lambdas.tokens import claims, sign


@pytest.mark.parametrize("callback", CALLBACKS)
@pytest.mark.parametrize(
    "trick",
    [
        *("", "a" * 65, " ", ".", "..", "/", "*", "%", "\x00", "$default"),
        *("{} ", " {}", "{}.", "{}/", "/{}", "//{}", "{}\n", "{}\r\nX: 1", "{}\x00", "{}%00"),
        *("{}/.", "{}/..", "{}/../{}", "x/../{}", "../{}", "..\\{}", "%2e%2e%2f{}"),
        *("{};a=1", "{}?a=1", "{}#STORE#abc123def4", "ORG#{}", "{},{}", "{}:{}", "{}*", "{}\u0661"),
        *("{}\u200b", "\ufeff{}", "{}\u0301", "\uff19{}", "organizaci\u00f3n", "{}\ud800"),
    ],
    ids=ascii,
)
def test_a_path_trick_in_the_organization_id_is_not_found_and_calls_no_aws_service(
    callback: str, trick: str, callbacks: Callbacks, aws: AwsCalls
) -> None:
    query = callbacks.url(callback).partition("?")[2]
    event = api_event("", callback, query)
    event["pathParameters"]["organization_id"] = trick.replace("{}", callbacks.app.organization_id)

    answer = callbacks.backend.handle(callback, event)

    UNKNOWN_ORGANIZATION.assert_is(answer, callback)
    assert aws.operations == []


@pytest.mark.parametrize("callback", CALLBACKS)
def test_an_app_that_is_not_registered_says_what_is_missing_until_it_is_without_a_deploy(
    callback: str, clock: Clock, callbacks: Callbacks
) -> None:
    app, backend = callbacks.app, callbacks.backend
    backend.put_credentials(app.organization_id, {})

    NOT_REGISTERED.assert_is(callbacks.get(callback), callback)
    NOT_REGISTERED.assert_is(backend.get(callback_url(app, callback)), callback)
    assert backend.stored() == []

    backend.deploy(app)
    clock.advance(2)

    assert backend.get(callback_url(app, callback)).status == 400  # the app itself is ready


MALFORMED = [
    pytest.param([""], "is missing", id="empty"),
    pytest.param(["stores/abc", "stores/abc"], "is given more than once", id="repeated"),
    pytest.param(["\ud800"], "is not text", id="no text"),
]


@pytest.mark.parametrize(
    ("parameter", "values", "problem"),
    [
        *(
            pytest.param(name, *case.values, id=f"{name} {case.id}")
            for name in ("code", "scope", "context")
            for case in MALFORMED
        ),
        *(pytest.param(name, [], "is missing", id=name) for name in ("code", "scope", "context")),
        *(
            pytest.param("code", [code], "is not an authorization code", id=ascii(code)[:12])
            for code in ("0123456", "0" * 513, "01234567<b>", "0123 4567", "0" * 9 + "\u0661")
        ),
        *(
            pytest.param("context", [context], "is not stores/{store_hash}", id=ascii(context))
            for context in ("abc", "stores/", "stores/abc/def", "stores/a b", "stores/\u00e9")
        ),
    ],
)
def test_an_auth_callback_names_the_parameter_that_is_wrong_before_the_code_is_spent(
    *,
    parameter: str,
    values: list[str],
    problem: str,
    backend: Backend,
    app: App,
    bigcommerce: BigCommerce,
) -> None:
    right = {"code": "0" * 31, "scope": app.scope, "context": "stores/abc"}
    pairs = [(name, value) for name, value in right.items() if name != parameter]
    pairs += [(parameter, value) for value in values]
    query = "&".join(f"{name}={value}" for name, value in pairs)

    answer = backend.handle("redirect-url", api_event(app.organization_id, "redirect-url", query))

    invalid_parameter(parameter, problem).assert_is(answer, "redirect-url")
    assert bigcommerce.token_endpoint.requests == []


@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": "a" * 31}, "InvalidAudienceError"),
        ({"iss": "me"}, "InvalidIssuerError"),
        ({"exp": 1}, "ExpiredSignatureError"),
        ({"nbf": 2**40}, "ImmatureSignatureError"),
        ({"sub": "me"}, "sub is not stores/{store_hash}"),
        ({"owner": 5}, "owner is not an object"),
        ({"user": {"id": "01"}}, "user.id is not an integer"),
        ({"iat": 1}, "issued more than 24 hours ago"),
    ],
)
def test_an_invalid_payload_has_one_wording_and_its_reason_is_only_logged(
    callback: str, changes: dict[str, object], reason: str, installed: Callbacks, logs: Logs
) -> None:
    before = installed.backend.stored()

    content = claims(installed.app, installed.store, installed.store.owner, **changes)
    payload = sign(content, installed.app.client_secret)
    answer = installed.backend.get(
        callback_url(installed.app, callback, signed_payload_jwt=payload)
    )

    INVALID_PAYLOAD.assert_is(answer, callback)
    assert installed.backend.stored() == before
    assert logs.last["reason"] == reason
    assert reason not in answer.body


@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
def test_a_payload_of_one_organization_is_refused_at_another_of_the_same_stack(
    callback: str, installed: Callbacks, other_app: App
) -> None:
    before = installed.backend.stored()

    link = replace(installed, app=other_app).url(callback)
    link = link.replace(other_app.organization_id, installed.app.organization_id)

    INVALID_PAYLOAD.assert_is(installed.backend.get(link), callback)
    assert installed.backend.stored() == before


def test_refused_callbacks_change_nothing_and_say_why(clock: Clock, installed: Callbacks) -> None:
    """Which payload is refused is in test_any_lifecycle.py."""
    stranger = User(7_654_321, "stranger", "stranger@example.com")
    old = {each: installed.url(each, stranger) for each in SIGNED_CALLBACKS}
    clock.advance(311)
    assert installed.get("redirect-url").status == 200
    before = installed.backend.stored()

    for callback in SIGNED_CALLBACKS:
        OUTDATED.assert_is(installed.backend.get(old[callback]), callback)
    another = replace(installed, store=installed.bigcommerce.add_store("Another"))
    NOT_INSTALLED.assert_is(another.get("load"), "load")

    installed.backend.deploy(replace(installed.app, multiple_users=False))
    forget_apps()
    for callback in ("load", "uninstall"):
        answer = installed.get(callback, stranger)
        NOT_ALLOWED.assert_is(answer, callback)
    assert installed.backend.stored() == before
