"""The auth callback: the code becomes a stored, encrypted token, or nothing is stored."""

import hashlib
import time
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError
from werkzeug import Response as TokenResponse

from lambdas import auth
from lambdas.records.scopes import ALWAYS_GRANTED
from local.bigcommerce import App, BigCommerce, Store, User, faults
from local.bigcommerce.faults import Exchange
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import (
    BASE_URL,
    Backend,
    Callbacks,
    api_event,
    callback_url,
    forget_apps,
    forget_credentials,
    signed_url,
)
from tests.lambdas.conftest import ORGANIZATION_ID, SCOPES, Clock, Logs
from tests.lambdas.responses import CODE_REFUSED, NOT_STORED


def code_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["code"][0]


ADMINISTRATOR = User(8_765_432, "administrator", "administrator@example.com")


def test_the_token_request_holds_exactly_the_documented_fields(callbacks: Callbacks) -> None:
    url = callbacks.url("redirect-url")
    callbacks.backend.get(url)

    (sent,) = callbacks.bigcommerce.token_endpoint.requests
    assert sent.problem is None
    assert dict(sent.fields) == {
        "client_id": callbacks.app.client_id,
        "client_secret": callbacks.app.client_secret,
        "code": url.split("code=")[1].split("&")[0],
        "context": f"stores/{callbacks.store.hash}",
        "scope": " ".join(SCOPES),
        "grant_type": "authorization_code",
        "redirect_uri": f"{BASE_URL}/{ORGANIZATION_ID}/redirect-url",
    }


@pytest.mark.parametrize(
    ("called", "served", "expected"),
    [
        ("old.example.com", "https://new.example.com https://old.example.com", "https://old."),
        ("new.example.com", "https://new.example.com https://old.example.com", "https://new."),
        ("evil.example.com", "https://new.example.com https://old.example.com", "https://new."),
        ("", "https://new.example.com", "https://new."),
    ],
)
def test_a_code_is_exchanged_for_the_endpoint_that_was_called_while_urls_move(
    callbacks: Callbacks, monkeypatch: pytest.MonkeyPatch, called: str, served: str, expected: str
) -> None:
    monkeypatch.setenv("SERVED_BASE_URLS", served)
    query = callbacks.url("redirect-url").partition("?")[2]
    event = api_event(ORGANIZATION_ID, "redirect-url", query)
    event["requestContext"]["domainName"] = called
    callbacks.backend.handle("redirect-url", event)
    (sent,) = callbacks.bigcommerce.token_endpoint.requests
    assert sent.fields["redirect_uri"].startswith(expected)


def after(clock: Clock, seconds: int, exchange: Exchange) -> TokenResponse:
    clock.advance(seconds)
    return exchange()


def test_the_whole_installation_is_recorded(clock: Clock, callbacks: Callbacks) -> None:
    url = callbacks.url("redirect-url", ADMINISTRATOR)
    began_at = clock.now
    callbacks.bigcommerce.token_endpoint.next_answers.append(partial(after, clock, 2))
    callbacks.backend.get(url)

    record = callbacks.record()
    assert record.pop("access_token")
    assert record == {
        "pk": f"ORG#{ORGANIZATION_ID}#STORE#{callbacks.store.hash}",
        "sk": "STORE",
        "organization_id": ORGANIZATION_ID,
        "store_hash": callbacks.store.hash,
        "status": "installed",
        "revision": 1,
        "connection_app": ORGANIZATION_ID,
        "connection_due": clock.now + 60,
        "installed_at": began_at,  # when the callback arrived
        "scopes": list(SCOPES),
        "account_uuid": callbacks.app.account_uuid,
        "client_id": callbacks.app.client_id,
        "granted_at_ms": (began_at + 2) * 1000,  # when BigCommerce answered
        "code_hash": hashlib.sha256(code_of(url).encode()).hexdigest(),
        "owner_id": str(callbacks.store.owner.id),
        "users": {
            str(user.id): {"email": user.email, "added_at": began_at}
            for user in (callbacks.store.owner, ADMINISTRATOR)
        },
        "user_count": 2,
        "removed_users": {},
    }


def test_the_token_decrypts_only_with_the_context_of_its_app_and_store(
    installed: Callbacks,
) -> None:
    installation = installed.bigcommerce.installation(installed.app, installed.store)
    assert installation is not None
    assert installed.backend.decrypt(installed.app, installed.store) == installation.access_token
    assert installation.access_token not in str(installed.backend.stored())

    organization = {"organization_id": ORGANIZATION_ID}
    ciphertext = bytes(installed.record()["access_token"])
    for context in ({}, organization, organization | {"store_hash": "another123"}):
        with pytest.raises(ClientError, match="InvalidCiphertext"):
            installed.backend.kms.decrypt(CiphertextBlob=ciphertext, EncryptionContext=context)


@pytest.mark.parametrize(
    ("configured", "granted", "missing", "extra"),
    [
        pytest.param(("a", "b", "c"), ("a", "b"), ["c"], [], id="one was not granted"),
        pytest.param(("a",), ("a", "b"), [], ["b"], id="one is not configured"),
        pytest.param(("a", "b"), ("a", "c"), ["b"], ["c"], id="both"),
        pytest.param(("a",), ("a", "b", "x@b.example"), [], ["b"], id="one is no scope"),
        pytest.param(("a", "b"), ("b", "a"), [], [], id="another order is no difference"),
        pytest.param(("a",), ("a", "store_v2_default"), [], [], id="one is granted unasked"),
        pytest.param(("a",), ("a", "users_basic_information"), [], [], id="another is too"),
        pytest.param(("a", "b"), ("b", "a", "b"), [], [], id="one is named twice"),
    ],
)
def test_granted_scopes_that_differ_from_the_configured_ones_are_shown_and_logged(
    *,
    configured: tuple[str, ...],
    granted: tuple[str, ...],
    missing: list[str],
    extra: list[str],
    callbacks: Callbacks,
    logs: Logs,
) -> None:
    callbacks.app.scopes = configured
    callbacks.backend.deploy(callbacks.app)
    grant = faults.with_fields(scope=" ".join(granted))
    callbacks.bigcommerce.token_endpoint.next_answers.append(grant)

    answer = callbacks.get("redirect-url")

    assert answer.status == 200
    assert ("did not grant" in answer.page.text) == bool(missing)
    assert f"reinstall the app: {' '.join(missing)}" in answer.page.text or not missing
    assert not any(name in answer.page.text for name in ALWAYS_GRANTED)
    assert callbacks.record()["scopes"] == list(dict.fromkeys(granted))
    warnings = [
        (line["store_hash"], line["missing_scopes"], line["extra_scopes"])
        for line in logs.lines
        if line["level"] == "WARNING"
    ]
    assert warnings == ([(callbacks.store.hash, missing, extra)] if missing or extra else [])
    (answered,) = [line for line in logs.lines if line["message"] == "callback answered"]
    assert answered["configured_scopes"] == list(configured)
    assert answered["granted_scopes"] == [
        name for name in dict.fromkeys(granted) if "@" not in name
    ]


@pytest.mark.parametrize("context", ["stores/other", "STORES/{}"])
def test_a_grant_of_another_context_fails(context: str, callbacks: Callbacks, logs: Logs) -> None:
    other = faults.with_fields(context=context.format(callbacks.store.hash))
    callbacks.bigcommerce.token_endpoint.next_answers.append(other)

    answer = callbacks.get("redirect-url")

    CODE_REFUSED.assert_is(answer, "redirect-url")
    assert callbacks.backend.stored() == []
    assert logs.last["reason"] == "the grant is for another context"


@pytest.mark.parametrize("value", [None, "", 5, ["a"], "\ud800"], ids=ascii)
def test_unreadable_fields_of_a_grant_are_left_out(value: object, callbacks: Callbacks) -> None:
    user = {"id": callbacks.store.owner.id, "email": value}
    grant = faults.with_fields(account_uuid=value, user=user, owner=user)
    callbacks.bigcommerce.token_endpoint.next_answers.append(grant)

    assert callbacks.get("redirect-url").status == 200

    record = callbacks.record()
    assert "account_uuid" not in record
    assert set(record["users"][str(callbacks.store.owner.id)]) == {"added_at"}


@pytest.mark.parametrize("value", ["{}", "", "true&external_install={}", "//evil.example/{}"])
def test_an_external_install_returns_to_bigcommerce_for_the_app_whichever_it_names(
    value: str, callbacks: Callbacks, other_app: App, login_url: str
) -> None:
    link = callbacks.url("redirect-url")

    answer = callbacks.backend.get(f"{link}&external_install={value.format(other_app.client_id)}")

    assert (answer.status, answer.body) == (302, "")
    path = f"/app/{callbacks.app.client_id}/install/succeeded"
    assert answer.headers["Location"] == login_url + path
    assert other_app.client_id not in str(callbacks.backend.answered)
    assert callbacks.record()["status"] == "installed"


def test_an_external_install_returns_to_bigcommerce_when_it_failed(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store, login_url: str
) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.html)
    failing = bigcommerce.external_auth_callback_url(app, store, store.owner)
    without_code = callback_url(app, "redirect-url", context=store.context, external_install="")

    for link in (failing, without_code):
        answer = backend.get(link)
        assert answer.status == 302
        assert answer.headers["Location"] == f"{login_url}/app/{app.client_id}/install/failed"
    assert backend.stored() == []


def test_a_code_is_refused_for_another_store_or_app(installed: Callbacks, other_app: App) -> None:
    attacker = installed.bigcommerce.add_store("The attacker's own")
    before = installed.backend.stored()
    links = [
        installed.bigcommerce.auth_callback_url(installed.app, attacker, attacker.owner).replace(
            attacker.hash, installed.store.hash
        ),
        installed.bigcommerce.auth_callback_url(other_app, attacker, attacker.owner).replace(
            other_app.organization_id, installed.app.organization_id
        ),
    ]

    for link in links:
        CODE_REFUSED.assert_is(installed.backend.get(link), "redirect-url")
    assert installed.backend.stored() == before


@pytest.mark.parametrize("seconds_later", [0, 60])
def test_a_code_that_is_sent_again_is_answered_as_for_success_without_a_handoff(
    seconds_later: int, clock: Clock, callbacks: Callbacks, login_url: str, logs: Logs
) -> None:
    app, backend = callbacks.app, callbacks.backend
    backend.deploy(app, app_url="https://orders.example.com", handoff_key="5" * 64)
    forget_apps()
    link = callbacks.url("redirect-url")
    assert backend.get(link).status == 302
    before = backend.stored()
    clock.advance(seconds_later)

    again, external = backend.get(link), backend.get(f"{link}&external_install=true")

    assert again.status == 200
    assert "Order Sync is installed" in again.page.text
    assert external.headers["Location"] == f"{login_url}/app/{app.client_id}/install/succeeded"
    assert backend.stored() == before
    assert code_of(link) not in str(before)
    assert [line.get("repeated") for line in logs.lines] == [None, True, True]


def test_a_code_that_is_sent_twice_concurrently_waits_for_the_first_request(
    callbacks: Callbacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = callbacks.url("redirect-url")
    pauses: list[float] = []

    def first_ends_during_the_last_pause(seconds: float) -> None:
        pauses.append(seconds)
        if pauses == [0, 0.5, 1]:
            assert callbacks.backend.get(link).status == 200

    monkeypatch.setattr(auth, "PAUSE_SECONDS", 0.5)
    monkeypatch.setattr(time, "sleep", first_ends_during_the_last_pause)
    callbacks.bigcommerce.token_endpoint.next_answers.append(faults.status(400))

    assert callbacks.backend.get(link).status == 200
    assert pauses == [0, 0.5, 1]

    CODE_REFUSED.assert_is(callbacks.backend.get(link.replace("code=", "code=0")), "redirect-url")
    assert pauses == [0, 0.5, 1] * 2


Spoil = Callable[[Clock, Callbacks], object]


def _installed_again(_: Clock, callbacks: Callbacks) -> None:
    assert callbacks.get("redirect-url").status == 200


def _uninstalled(clock: Clock, callbacks: Callbacks) -> None:
    clock.advance(1)
    assert callbacks.get("uninstall").status == 200


def _registered_again(_: Clock, callbacks: Callbacks) -> None:
    other = {"client_id": "0" * 31, "client_secret": callbacks.app.client_secret}
    callbacks.backend.put_credentials(callbacks.app.organization_id, other)
    forget_credentials()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda clock, _: clock.advance(61), id="more than a minute later"),
        pytest.param(_installed_again, id="installed with another code since"),
        pytest.param(_uninstalled, id="uninstalled since"),
        pytest.param(_registered_again, id="with another Client ID since"),
    ],
)
def test_a_repeated_code_is_refused_later_or_after_another_change_of_the_store(
    spoil: Spoil, clock: Clock, callbacks: Callbacks
) -> None:
    link = callbacks.url("redirect-url")
    assert callbacks.backend.get(link).status == 200
    spoil(clock, callbacks)
    before = callbacks.backend.stored()

    CODE_REFUSED.assert_is(callbacks.backend.get(link), "redirect-url")
    external = callbacks.backend.get(f"{link}&external_install=")
    assert external.headers["Location"].endswith("/failed")
    assert callbacks.backend.stored() == before


def test_a_corrected_secret_is_read_ten_seconds_after_bigcommerce_refused_the_old_one(
    clock: Clock, backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    right = {"client_id": app.client_id, "client_secret": app.client_secret}
    backend.put_credentials(app.organization_id, right | {"client_secret": "0" * 64})
    assert backend.get(bigcommerce.auth_callback_url(app, store, store.owner)).status == 400
    clock.advance(10)
    backend.put_credentials(app.organization_id, right)

    assert backend.get(bigcommerce.auth_callback_url(app, store, store.owner)).status == 200


def test_an_uninstall_during_the_exchange_ends_the_installation_that_began_before_it(
    clock: Clock, callbacks: Callbacks, aws: AwsCalls
) -> None:
    app, store = callbacks.app, callbacks.store
    began_at = clock.now
    uninstalled: list[int] = []

    def uninstall_of_a_second_ago_arrives() -> None:
        del aws.instead["Encrypt"]
        link = signed_url(app, "uninstall", store, store.owner, issued_at=began_at + 1)
        uninstalled.append(callbacks.backend.get(link).status)

    callbacks.bigcommerce.token_endpoint.next_answers.append(partial(after, clock, 2))
    aws.instead["Encrypt"] = uninstall_of_a_second_ago_arrives
    answer = callbacks.get("redirect-url")

    assert (uninstalled, answer.status) == ([200], 404)
    assert [record["status"] for record in callbacks.backend.stored()] == ["uninstalled"]


def test_an_overtaken_installation_must_start_again(callbacks: Callbacks, aws: AwsCalls) -> None:
    conflict = ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "PutItem")
    aws.instead["PutItem"] = conflict

    answer = callbacks.get("redirect-url")

    NOT_STORED.assert_is(answer, "redirect-url")
    assert callbacks.backend.stored() == []
