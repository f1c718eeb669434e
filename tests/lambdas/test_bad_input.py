"""What bad input gets: every documented case, at every callback it can happen to."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from lambdas.callbacks.request import CallbackRequest
from local.bigcommerce import App, BigCommerce, CallbackUrls, Store, User
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import (
    BASE_URL,
    CALLBACKS,
    SIGNED_CALLBACKS,
    Backend,
    api_event,
    callback_url,
    signed_url,
)
from tests.lambdas.caches import forget_apps
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

STRANGER = User(7_654_321, "stranger", "stranger@example.com")
TOO_LONG = "a" * 8193


@dataclass(frozen=True)
class Link:
    """Makes a link that would succeed: BigCommerce's, for the owner."""

    bigcommerce: BigCommerce
    app: App

    def to(self, callback: str, store: Store) -> str:
        if callback == "redirect-url":
            return self.bigcommerce.auth_callback_url(self.app, store, store.owner)
        return signed_url(self.app, callback, store, store.owner)


@pytest.fixture
def link(bigcommerce: BigCommerce, app: App) -> Link:
    return Link(bigcommerce, app)


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
def test_a_path_trick_in_the_organization_id_is_not_found_and_asks_nothing_of_aws(
    *, callback: str, trick: str, backend: Backend, link: Link, store: Store, aws: AwsCalls
) -> None:
    query = link.to(callback, store).partition("?")[2]
    event = api_event("", callback, query)
    event["pathParameters"]["organization_id"] = trick.replace("{}", link.app.organization_id)

    answer = backend.handle(callback, event)

    UNKNOWN_ORGANIZATION.assert_is(answer, callback)
    assert aws.operations == []


@pytest.mark.parametrize("callback", CALLBACKS)
def test_an_app_that_is_not_registered_says_what_is_missing_until_it_is_without_a_deploy(
    *, callback: str, clock: Clock, backend: Backend, app: App, link: Link, store: Store
) -> None:
    backend.put_credentials(app.organization_id, {})

    NOT_REGISTERED.assert_is(backend.get(link.to(callback, store)), callback)
    NOT_REGISTERED.assert_is(backend.get(callback_url(app, callback)), callback)
    assert backend.stored() == []

    backend.deploy(app)
    clock.advance(2)

    assert backend.get(callback_url(app, callback)).status == 400  # the app itself is ready


MALFORMED = [
    pytest.param([""], "is missing", id="empty"),
    pytest.param(["stores/abc", "stores/abc"], "is given more than once", id="repeated"),
    pytest.param([TOO_LONG], "is too long", id="too long"),
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


def test_an_auth_callback_names_all_the_parameters_that_are_missing(
    backend: Backend, app: App
) -> None:
    two = backend.get(callback_url(app, "redirect-url", context="stores/abc", code=""))
    all_of_them = backend.get(callback_url(app, "redirect-url"))

    invalid_parameter("The parameters code and scope", "are missing").assert_is(two, "redirect-url")
    expected = invalid_parameter("The parameters code, scope and context", "are missing")
    expected.assert_is(all_of_them, "redirect-url")


@pytest.mark.parametrize(
    ("callback", "missing"),
    [
        ("redirect-url", ("The parameters code, scope and context", "are missing")),
        *((callback, ("signed_payload_jwt", "is missing")) for callback in SIGNED_CALLBACKS),
    ],
)
def test_of_a_query_with_more_than_a_hundred_parameters_none_is_read(
    *,
    callback: str,
    missing: tuple[str, str],
    backend: Backend,
    app: App,
    link: Link,
    installed_store: Store,
) -> None:
    query = link.to(callback, installed_store).partition("?")[2]
    most = 100 - query.count("=")
    before = backend.stored()

    for others in (4_850, most + 1):  # what the 10 KB of a request have room for, and one too many
        event = api_event(app.organization_id, callback, query + "&a" * others)
        answer = backend.handle(callback, event)
        invalid_parameter(*missing).assert_is(answer, callback)
        assert CallbackRequest.from_event(event).query == {}
    assert backend.stored() == before

    event = api_event(app.organization_id, callback, query + "&a" * most)
    assert backend.handle(callback, event).status == 200


Forge = Callable[[App, Store], str]


def _forged_with(**changes: object) -> Forge:
    return lambda app, store: sign(claims(app, store, store.owner, **changes), app.client_secret)


def _another_secret(app: App, store: Store) -> str:
    return sign(claims(app, store, store.owner), "f" * 64)


def _not_signed(app: App, store: Store) -> str:
    token = sign(claims(app, store, store.owner), app.client_secret, {"alg": "none"})
    return token.rpartition(".")[0] + "."


@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        pytest.param(_another_secret, "InvalidSignatureError", id="signature"),
        pytest.param(_not_signed, "InvalidAlgorithmError", id="algorithm"),
        pytest.param(_forged_with(aud="a" * 31), "InvalidAudienceError", id="audience"),
        pytest.param(_forged_with(iss="me"), "InvalidIssuerError", id="issuer"),
        pytest.param(_forged_with(exp=1), "ExpiredSignatureError", id="expired"),
        pytest.param(_forged_with(nbf=2**40), "ImmatureSignatureError", id="not yet valid"),
        pytest.param(_forged_with(sub="me"), "sub is not stores/{store_hash}", id="subject"),
        pytest.param(lambda _app, _store: "gibberish", "DecodeError", id="no JWT"),
    ],
)
def test_a_payload_that_does_not_hold_has_one_wording_and_its_reason_is_only_logged(
    *,
    callback: str,
    forge: Forge,
    reason: str,
    backend: Backend,
    app: App,
    installed_store: Store,
    logs: Logs,
) -> None:
    before = backend.stored()

    forged = forge(app, installed_store)
    answer = backend.get(callback_url(app, callback, signed_payload_jwt=forged))

    INVALID_PAYLOAD.assert_is(answer, callback)
    assert backend.stored() == before
    assert logs.last["reason"] == reason
    assert reason not in answer.body


@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
def test_a_payload_of_one_organization_does_not_hold_at_another_of_the_same_stack(
    callback: str, backend: Backend, app: App, bigcommerce: BigCommerce, installed_store: Store
) -> None:
    other = bigcommerce.register_app(
        "another-organization",
        "Other",
        ["store_v2_orders"],
        callback_urls=CallbackUrls.under(BASE_URL, "another-organization"),
    )
    backend.deploy(other)
    link = bigcommerce.auth_callback_url(other, installed_store, installed_store.owner)
    assert backend.get(link).status == 200
    before = backend.stored()

    payload_of_the_other = signed_url(other, callback, installed_store, installed_store.owner)
    answer = backend.get(payload_of_the_other.replace(other.organization_id, app.organization_id))

    INVALID_PAYLOAD.assert_is(answer, callback)
    assert backend.stored() == before


def _as_long_as(length: int, app: App, store: Store) -> str:
    """A payload that holds, made this long by its deep link."""
    for padding in range(length):
        url = "/" + "a" * (length * 3 // 4 - 600 + padding)
        token = sign(claims(app, store, store.owner, url=url), app.client_secret)
        if len(token) == length:
            return token
    raise AssertionError(f"no payload is {length} characters long")


@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
@pytest.mark.parametrize(("length", "status"), [(8192, 200), (8193, 400), (102_400, 400)])
def test_a_payload_may_be_8_kb_long(
    *, callback: str, length: int, status: int, backend: Backend, app: App, installed_store: Store
) -> None:
    token = _as_long_as(length, app, installed_store)
    before = backend.stored()

    answer = backend.get(callback_url(app, callback, signed_payload_jwt=token))

    assert answer.status == status
    if status == 400:
        invalid_parameter("signed_payload_jwt", "is too long").assert_is(answer, callback)
        assert backend.stored() == before


def test_the_load_of_a_store_that_is_not_installed_says_to_install_it(
    clock: Clock, backend: Backend, link: Link, installed_store: Store, bigcommerce: BigCommerce
) -> None:
    never_installed = link.to("load", bigcommerce.add_store("Another store"))
    uninstalled = link.to("load", installed_store)
    clock.advance(60)
    backend.get(link.to("uninstall", installed_store))
    before = backend.stored()

    NOT_INSTALLED.assert_is(backend.get(never_installed), "load")
    NOT_INSTALLED.assert_is(backend.get(uninstalled), "load")

    assert backend.stored() == before


def test_a_new_user_whose_payload_predates_a_new_consent_is_told_to_open_the_app_again(
    clock: Clock, backend: Backend, link: Link, installed_store: Store
) -> None:
    opened = signed_url(link.app, "load", installed_store, STRANGER)
    clock.advance(60)
    backend.get(link.to("redirect-url", installed_store))
    before = backend.stored()

    answer = backend.get(opened)

    OUTDATED.assert_is(answer, "load")
    assert "could not be verified" not in answer.page.text
    assert backend.stored() == before


@pytest.mark.parametrize("callback", ["uninstall", "remove-user"])
def test_another_users_load_payload_is_too_old_for_a_server_callback_after_five_minutes(
    callback: str, clock: Clock, backend: Backend, app: App, installed_store: Store
) -> None:
    backend.get(signed_url(app, "load", installed_store, STRANGER))
    before = backend.stored()
    link = signed_url(app, callback, installed_store, STRANGER)
    clock.advance(311)

    OUTDATED.assert_is(backend.get(link), callback)
    assert backend.stored() == before

    clock.advance(-1)
    assert backend.get(link).status == 200
    assert backend.stored() != before


@pytest.mark.parametrize("callback", ["load", "uninstall"])
def test_only_the_owner_is_allowed_when_multiple_users_are_off(
    callback: str, backend: Backend, app: App, installed_store: Store
) -> None:
    assert backend.get(signed_url(app, "load", installed_store, STRANGER)).status == 200
    backend.deploy(replace(app, multiple_users=False))
    forget_apps()
    before = backend.stored()

    for user in (STRANGER, *installed_store.staff):  # one who is known, and one who is not
        answer = backend.get(signed_url(app, callback, installed_store, user))
        NOT_ALLOWED.assert_is(answer, callback)
    assert backend.stored() == before

    assert (
        backend.get(signed_url(app, callback, installed_store, installed_store.owner)).status == 200
    )
