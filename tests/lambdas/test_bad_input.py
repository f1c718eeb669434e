"""What bad input gets: every documented case, at every callback it can happen to."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
import urllib3

from lambdas.callbacks import apps, token_exchange
from local.bigcommerce import App, BigCommerce, CallbackUrls, Store, User, faults
from tests.lambdas.conftest import Clock, Logs
from tests.lambdas.expected_errors import (
    CODE_REFUSED,
    INVALID_PAYLOAD,
    NOT_ALLOWED,
    NOT_INSTALLED,
    NOT_REGISTERED,
    RATE_LIMITED,
    TOO_SLOW,
    UNKNOWN_ORGANIZATION,
    UNREACHABLE,
    invalid_parameter,
)
from tests.lambdas.harness import (
    BASE_URL,
    CALLBACKS,
    SIGNED_CALLBACKS,
    AwsCalls,
    Backend,
    api_event,
    callback_url,
    signed_url,
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
    "organization_id",
    [
        pytest.param("nobody", id="nobody"),
        pytest.param("{}x", id="longer"),
        pytest.param("{upper}", id="in another case"),
        pytest.param("x" * 65, id="too long"),
    ],
)
def test_an_unknown_organization_is_not_found(
    callback: str, organization_id: str, backend: Backend, link: Link, store: Store
) -> None:
    right = link.app.organization_id
    name = organization_id.format(right, upper=right.upper())

    answer = backend.get(link.to(callback, store).replace(right, name))

    UNKNOWN_ORGANIZATION.assert_is(answer, callback)
    assert backend.stored() == []


@pytest.mark.figures("path tricks in the organization id")
@pytest.mark.parametrize("callback", CALLBACKS)
@pytest.mark.parametrize(
    "trick",
    [
        *("", " ", ".", "..", "/", "*", "%", "\x00", "$default"),
        *("{} ", " {}", "{}.", "{}/", "/{}", "//{}", "{}\n", "{}\r\nX: 1", "{}\x00", "{}%00"),
        *("{}/.", "{}/..", "{}/../{}", "x/../{}", "../{}", "..\\{}", "%2e%2e%2f{}", "{}%2f"),
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
@pytest.mark.parametrize(
    "content",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"client_id": "", "client_secret": ""}, id="empty values"),
        pytest.param({"client_id": "a" * 31}, id="no secret"),
        pytest.param({"client_secret": "0" * 64}, id="no client id"),
    ],
)
def test_an_app_that_is_not_registered_says_what_is_missing(
    *, callback: str, content: dict[str, str], backend: Backend, app: App, link: Link, store: Store
) -> None:
    backend.put_credentials(app.organization_id, content)

    answer = backend.get(link.to(callback, store))

    NOT_REGISTERED.assert_is(answer, callback)
    assert backend.stored() == []


@pytest.mark.parametrize("parameter", ["code", "scope", "context"])
@pytest.mark.parametrize(
    ("values", "problem"),
    [
        pytest.param([], "is missing", id="missing"),
        pytest.param([""], "is missing", id="empty"),
        pytest.param(["stores/abc", "stores/abc"], "is given more than once", id="repeated"),
        pytest.param([TOO_LONG], "is too long", id="too long"),
    ],
)
def test_an_auth_callback_names_the_parameter_that_is_wrong(
    *,
    parameter: str,
    values: list[str],
    problem: str,
    backend: Backend,
    app: App,
    bigcommerce: BigCommerce,
) -> None:
    right = {"code": "0" * 31, "scope": app.scope, "context": "stores/abc"}
    query = [f"{name}={value}" for name, value in right.items() if name != parameter]
    query += [f"{parameter}={value}" for value in values]

    answer = backend.get(f"{app.callback_urls.auth}?{'&'.join(query)}")

    invalid_parameter(parameter, problem).assert_is(answer, "redirect-url")
    assert bigcommerce.token_endpoint.requests == []


@pytest.mark.parametrize(
    "context",
    ["abc", "stores/", "stores/abc/def", "stores/a%20b", "stores/%C3%A9", "Stores/abc", "x/abc"],
)
def test_a_context_that_names_no_store_is_refused(
    context: str, backend: Backend, app: App, bigcommerce: BigCommerce
) -> None:
    url = callback_url(app, "redirect-url", code="0" * 31, scope=app.scope)

    answer = backend.get(f"{url}&context={context}")

    problem = "is not stores/{store_hash}"
    invalid_parameter("context", problem).assert_is(answer, "redirect-url")
    assert bigcommerce.token_endpoint.requests == []


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        pytest.param(["a", "b"], "is given more than once", id="repeated"),
        pytest.param([TOO_LONG], "is too long", id="too long"),
    ],
)
def test_an_account_uuid_must_be_well_formed_before_the_code_is_spent(
    *,
    values: list[str],
    problem: str,
    backend: Backend,
    app: App,
    bigcommerce: BigCommerce,
) -> None:
    url = callback_url(app, "redirect-url", code="0" * 31, scope=app.scope, context="stores/abc")

    answer = backend.get(url + "".join(f"&account_uuid={value}" for value in values))

    invalid_parameter("account_uuid", problem).assert_is(answer, "redirect-url")
    assert bigcommerce.token_endpoint.requests == []


@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
@pytest.mark.parametrize(
    ("query", "problem"),
    [
        pytest.param("", "is missing", id="missing"),
        pytest.param("signed_payload_jwt=", "is missing", id="empty"),
        pytest.param("signed_payload=a.b.c", "is missing", id="by its former name"),
        pytest.param(
            "signed_payload_jwt=a.b.c&signed_payload_jwt=a.b.c",
            "is given more than once",
            id="repeated",
        ),
        pytest.param(f"signed_payload_jwt={TOO_LONG}", "is too long", id="too long"),
    ],
)
def test_a_signed_callback_names_the_parameter_that_is_wrong(
    callback: str, query: str, problem: str, backend: Backend, app: App
) -> None:
    answer = backend.get(f"{BASE_URL}/{app.organization_id}/{callback}?{query}")

    invalid_parameter("signed_payload_jwt", problem).assert_is(answer, callback)


Forge = Callable[[App, Store], str]


def _forged_with(**changes: object) -> Forge:
    return lambda app, store: sign(claims(app, store, store.owner, **changes), app.client_secret)


def _another_secret(app: App, store: Store) -> str:
    return sign(claims(app, store, store.owner), "f" * 64)


def _not_signed(app: App, store: Store) -> str:
    token = sign(claims(app, store, store.owner), app.client_secret, {"alg": "none"})
    return token.rpartition(".")[0] + "."


@pytest.mark.figures("forged payloads at each callback: one wording, and nothing is written")
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


@pytest.mark.figures("forged payloads at each callback: one wording, and nothing is written")
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


@pytest.mark.figures("payloads of 8 KB and 100 KB")
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


def test_the_load_of_a_store_that_was_never_installed_says_to_install_it(
    backend: Backend, link: Link, store: Store
) -> None:
    answer = backend.get(link.to("load", store))

    NOT_INSTALLED.assert_is(answer, "load")
    assert backend.stored() == []


def test_the_load_of_an_uninstalled_store_says_to_install_it(
    clock: Clock, backend: Backend, link: Link, installed_store: Store
) -> None:
    backend.get(link.to("uninstall", installed_store))
    clock.advance(60)
    before = backend.stored()

    answer = backend.get(link.to("load", installed_store))

    NOT_INSTALLED.assert_is(answer, "load")
    assert backend.stored() == before


@pytest.mark.parametrize("callback", ["load", "uninstall"])
def test_another_user_is_not_allowed_when_multiple_users_are_off(
    callback: str, backend: Backend, app: App, installed_store: Store
) -> None:
    backend.deploy(replace(app, multiple_users=False))
    apps.forget()
    before = backend.stored()

    answer = backend.get(signed_url(app, callback, installed_store, STRANGER))

    NOT_ALLOWED.assert_is(answer, callback)
    assert backend.stored() == before


TOKEN_ENDPOINT_FAULTS = "token endpoint faults: the documented answer, and nothing is stored"


@pytest.mark.figures(TOKEN_ENDPOINT_FAULTS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
def test_a_code_that_bigcommerce_refuses_is_asked_for_once_and_nothing_is_stored(
    *, status: int, backend: Backend, bigcommerce: BigCommerce, link: Link, store: Store
) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.status(status))

    answer = backend.get(link.to("redirect-url", store))

    CODE_REFUSED.assert_is(answer, "redirect-url")
    assert backend.stored() == []
    assert len(bigcommerce.token_endpoint.requests) == 1


@pytest.mark.figures(TOKEN_ENDPOINT_FAULTS)
@pytest.mark.parametrize(
    ("fault", "requests"),
    [
        pytest.param(faults.status(500), 3, id="500"),
        pytest.param(faults.status(503), 3, id="503"),
        pytest.param(faults.reset, 3, id="connection reset"),
        pytest.param(faults.redirected("http://127.0.0.1:9/oauth2/token"), 1, id="redirect"),
        pytest.param(faults.html, 1, id="HTML"),
        pytest.param(faults.truncated, 1, id="truncated JSON"),
        *(
            pytest.param(faults.without(name), 1, id=f"no {name}")
            for name in ("access_token", "scope", "user", "owner", "context")
        ),
        *(
            pytest.param(faults.with_fields(**{name: value}), 1, id=f"{name} is {value!r}")
            for name in ("access_token", "scope", "user", "owner", "context", "account_uuid")
            for value in (5, True, [1], {"id": "1"}, "\ud800")
        ),
    ],
)
def test_a_token_endpoint_that_fails_is_tried_a_bounded_number_of_times_and_nothing_is_stored(
    *,
    fault: faults.Fault,
    requests: int,
    backend: Backend,
    bigcommerce: BigCommerce,
    link: Link,
    store: Store,
) -> None:
    bigcommerce.token_endpoint.next_answers.extend([fault] * 5)

    answer = backend.get(link.to("redirect-url", store))

    UNREACHABLE.assert_is(answer, "redirect-url")
    assert backend.stored() == []
    assert len(bigcommerce.token_endpoint.requests) == requests

    bigcommerce.token_endpoint.next_answers.clear()

    assert backend.get(link.to("redirect-url", store)).status == 200


@pytest.mark.figures(TOKEN_ENDPOINT_FAULTS)
def test_a_token_endpoint_that_is_rate_limited_passes_on_how_long_to_wait(
    backend: Backend, bigcommerce: BigCommerce, link: Link, store: Store
) -> None:
    url = link.to("redirect-url", store)
    bigcommerce.token_endpoint.next_answers.append(faults.rate_limited(30))

    RATE_LIMITED.assert_is(backend.get(url), "redirect-url")

    assert backend.stored() == []
    assert len(bigcommerce.token_endpoint.requests) == 1
    assert backend.get(url).status == 200  # the code was not used up


@pytest.mark.figures(TOKEN_ENDPOINT_FAULTS)
def test_a_token_endpoint_that_nobody_listens_at_is_unreachable_and_nothing_is_stored(
    backend: Backend, link: Link, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free_port = listener.getsockname()[1]
    monkeypatch.setenv("LOGIN_URL", f"http://127.0.0.1:{free_port}")

    answer = backend.get(link.to("redirect-url", store))

    UNREACHABLE.assert_is(answer, "redirect-url")
    assert backend.stored() == []


@pytest.mark.figures(TOKEN_ENDPOINT_FAULTS)
def test_a_token_endpoint_that_is_slow_is_not_asked_again_as_the_code_may_be_used_up(
    *,
    backend: Backend,
    bigcommerce: BigCommerce,
    link: Link,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    impatient = urllib3.PoolManager(timeout=0.1, retries=False)
    monkeypatch.setattr(token_exchange, "_http", impatient)
    bigcommerce.token_endpoint.next_answers.append(faults.slow(0.4))

    answer = backend.get(link.to("redirect-url", store))

    TOO_SLOW.assert_is(answer, "redirect-url")
    assert backend.stored() == []
    assert len(bigcommerce.token_endpoint.requests) == 1
