"""The auth callback: the code becomes a stored, encrypted token, or nothing is stored."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from lambdas.callbacks import apps, installation_table
from lambdas.callbacks.installation import Uninstall, Uninstalled
from local.bigcommerce import App, BigCommerce, CallbackUrls, Store, User, faults
from local.bigcommerce.faults import Exchange
from local.bigcommerce.messages import Response as TokenResponse
from tests.lambdas.conftest import ORGANIZATION_ID, SCOPES, SUPPORT_URL, Clock, Logs
from tests.lambdas.expected_errors import CODE_REFUSED, NOT_STORED
from tests.lambdas.harness import (
    BASE_URL,
    RETENTION_SECONDS,
    AwsCalls,
    Backend,
    callback_url,
    signed_url,
    user_ids,
)

ADMINISTRATOR = User(8_765_432, "administrator", "administrator@example.com")


def test_the_merchant_sees_that_the_app_is_installed_and_where_to_get_support(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    answer = backend.get(bigcommerce.auth_callback_url(app, store, store.owner))

    assert answer.status == 200
    assert "Order Sync is installed" in answer.page.text
    assert store.hash in answer.page.text
    assert answer.page.links == [SUPPORT_URL]


def test_the_token_request_holds_exactly_the_documented_fields(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    url = bigcommerce.auth_callback_url(app, store, store.owner)
    backend.get(url)

    (sent,) = bigcommerce.token_endpoint.requests
    assert sent.problem is None
    assert dict(sent.fields) == {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "code": url.split("code=")[1].split("&")[0],
        "context": f"stores/{store.hash}",
        "scope": " ".join(SCOPES),
        "grant_type": "authorization_code",
        "redirect_uri": f"{BASE_URL}/{ORGANIZATION_ID}/redirect-url",
    }


def test_the_installation_is_recorded_with_its_owner_and_its_scopes(
    clock: Clock, backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    backend.get(bigcommerce.auth_callback_url(app, store, store.owner))

    record = backend.record(app, store)
    assert record.pop("access_token")
    assert record == {
        "pk": f"ORG#{ORGANIZATION_ID}#STORE#{store.hash}",
        "sk": "STORE",
        "organization_id": ORGANIZATION_ID,
        "store_hash": store.hash,
        "status": "installed",
        "revision": 1,
        "installed_at": clock.now,
        "scopes": list(SCOPES),
        "account_uuid": app.account_uuid,
        "client_id": app.client_id,
        "granted_at_ms": clock.now * 1000,
        "owner_id": str(store.owner.id),
        "users": {str(store.owner.id): {"email": store.owner.email, "added_at": clock.now}},
        "removed_users": {},
    }


def test_a_user_who_installs_for_the_owner_is_recorded_beside_the_owner(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    backend.get(bigcommerce.auth_callback_url(app, store, ADMINISTRATOR))

    record = backend.record(app, store)
    assert record["owner_id"] == str(store.owner.id)
    assert user_ids(record) == {str(store.owner.id), str(ADMINISTRATOR.id)}


def test_the_token_decrypts_with_the_context_of_its_app_and_store(
    backend: Backend, app: App, bigcommerce: BigCommerce, installed_store: Store
) -> None:
    installation = bigcommerce.installation(app, installed_store)

    assert installation is not None
    assert backend.decrypt(app, installed_store) == installation.access_token


@pytest.mark.parametrize(
    "context",
    [
        pytest.param({}, id="no context"),
        pytest.param({"organization_id": ORGANIZATION_ID}, id="organization alone"),
        pytest.param(
            {"organization_id": ORGANIZATION_ID, "store_hash": "another123"}, id="another store"
        ),
    ],
)
def test_the_token_does_not_decrypt_with_another_context(
    context: dict[str, str], backend: Backend, app: App, installed_store: Store
) -> None:
    ciphertext = bytes(backend.record(app, installed_store)["access_token"])

    with pytest.raises(ClientError, match="InvalidCiphertext"):
        backend.kms.decrypt(CiphertextBlob=ciphertext, EncryptionContext=context)


def test_the_token_stands_nowhere_in_the_table_in_clear(
    backend: Backend, app: App, bigcommerce: BigCommerce, installed_store: Store
) -> None:
    installation = bigcommerce.installation(app, installed_store)

    assert installation is not None
    assert installation.access_token not in str(backend.stored())


def test_two_apps_on_one_store_do_not_touch_each_other(
    backend: Backend, app: App, bigcommerce: BigCommerce, installed_store: Store
) -> None:
    other = replace(app, organization_id="another-organization", client_id="b" * 31)
    other.callback_urls = type(app.callback_urls).under(BASE_URL, other.organization_id)
    bigcommerce.apps[other.client_id] = other
    backend.deploy(other)
    first = backend.record(app, installed_store)

    backend.get(bigcommerce.auth_callback_url(other, installed_store, installed_store.owner))

    assert backend.record(app, installed_store) == first
    assert backend.decrypt(app, installed_store) != backend.decrypt(other, installed_store)


def test_a_new_consent_overwrites_token_and_scopes_and_keeps_the_users(
    clock: Clock, backend: Backend, app: App, bigcommerce: BigCommerce, installed_store: Store
) -> None:
    (assistant,) = installed_store.staff
    backend.get(signed_url(app, "load", installed_store, assistant))
    first_token = backend.decrypt(app, installed_store)
    clock.advance(3600)
    app.scopes = ("store_v2_customers",)

    backend.get(bigcommerce.auth_callback_url(app, installed_store, installed_store.owner))

    record = backend.record(app, installed_store)
    assert backend.decrypt(app, installed_store) != first_token
    assert record["installed_at"] == clock.now
    assert record["scopes"] == ["store_v2_customers"]
    assert user_ids(record) == {str(installed_store.owner.id), str(assistant.id)}


def test_a_store_can_be_installed_again_after_it_was_uninstalled_with_no_user_left_from_before(
    clock: Clock, backend: Backend, app: App, bigcommerce: BigCommerce, installed_store: Store
) -> None:
    (assistant,) = installed_store.staff
    backend.get(signed_url(app, "load", installed_store, assistant))
    backend.get(signed_url(app, "uninstall", installed_store, installed_store.owner))
    clock.advance(60)

    answer = backend.get(bigcommerce.auth_callback_url(app, installed_store, installed_store.owner))

    assert answer.status == 200
    record = backend.record(app, installed_store)
    assert record["status"] == "installed"
    assert "expires_at" not in record  # or DynamoDB would delete a living installation
    assert user_ids(record) == {str(installed_store.owner.id)}


def test_scopes_that_were_not_granted_are_shown_and_logged(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store, logs: Logs
) -> None:
    backend.deploy(replace(app, scopes=(*SCOPES, "store_v2_customers")))
    apps.forget()

    answer = backend.get(bigcommerce.auth_callback_url(app, store, store.owner))

    assert answer.status == 200
    assert "Reinstall the app to grant them: store_v2_customers" in answer.page.text
    (warning,) = [line for line in logs.lines if line["level"] == "WARNING"]
    assert warning["missing_scopes"] == ["store_v2_customers"]
    assert warning["extra_scopes"] == []
    assert warning["store_hash"] == store.hash


def test_scopes_that_are_not_configured_are_shown_and_logged(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store, logs: Logs
) -> None:
    backend.deploy(replace(app, scopes=SCOPES[:1]))
    apps.forget()

    answer = backend.get(bigcommerce.auth_callback_url(app, store, store.owner))

    assert f"the app is not configured with: {SCOPES[1]}" in answer.page.text
    (warning,) = [line for line in logs.lines if line["level"] == "WARNING"]
    assert (warning["missing_scopes"], warning["extra_scopes"]) == ([], [SCOPES[1]])


def test_the_granted_scopes_are_compared_not_the_requested_ones(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.with_fields(scope=SCOPES[0]))

    answer = backend.get(bigcommerce.auth_callback_url(app, store, store.owner))

    assert f"Reinstall the app to grant them: {SCOPES[1]}" in answer.page.text
    assert backend.record(app, store)["scopes"] == [SCOPES[0]]


def test_the_same_scopes_in_another_order_are_no_difference(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store, logs: Logs
) -> None:
    reordered = " ".join(reversed(SCOPES))
    bigcommerce.token_endpoint.next_answers.append(faults.with_fields(scope=reordered))

    answer = backend.get(bigcommerce.auth_callback_url(app, store, store.owner))

    assert "not granted" not in answer.page.text
    assert all(line["level"] == "INFO" for line in logs.lines)


@pytest.mark.figures("links of the auth callback that were tampered with")
@pytest.mark.parametrize("field", ["context", "account_uuid"])
def test_a_grant_that_answers_another_request_is_refused_and_not_stored(
    *, field: str, backend: Backend, app: App, bigcommerce: BigCommerce, store: Store, logs: Logs
) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.with_fields(**{field: "stores/other"}))

    answer = backend.get(bigcommerce.auth_callback_url(app, store, store.owner))

    assert answer.status == 400
    assert "Nothing was stored." in answer.page.text
    assert backend.stored() == []
    assert logs.last["reason"] == f"the grant is for another {field}"


def test_an_account_uuid_that_only_one_side_gives_is_not_compared(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.without("account_uuid"))

    answer = backend.get(bigcommerce.auth_callback_url(app, store, store.owner))

    assert answer.status == 200
    assert "account_uuid" not in backend.record(app, store)


def test_an_external_install_ends_at_bigcommerce_when_it_has_succeeded(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store, login_url: str
) -> None:
    answer = backend.get(bigcommerce.external_auth_callback_url(app, store, store.owner))

    assert answer.status == 302
    assert answer.headers["Location"] == f"{login_url}/app/{app.client_id}/install/succeeded"
    assert answer.body == ""
    assert backend.record(app, store)["status"] == "installed"


def test_an_external_install_ends_at_bigcommerce_when_it_has_failed(
    *,
    backend: Backend,
    app: App,
    bigcommerce: BigCommerce,
    store: Store,
    login_url: str,
    logs: Logs,
) -> None:
    bigcommerce.token_endpoint.next_answers.append(faults.html)

    answer = backend.get(bigcommerce.external_auth_callback_url(app, store, store.owner))

    assert answer.status == 302
    assert answer.headers["Location"] == f"{login_url}/app/{app.client_id}/install/failed"
    assert backend.stored() == []
    assert logs.last["error"] == "bigcommerce_unavailable"


@pytest.mark.figures("links of the auth callback that were tampered with")
@pytest.mark.parametrize("value", ["{}", "", "true&external_install={}", "//evil.example/{}"])
def test_an_external_install_ends_at_the_app_itself_whichever_app_it_names(
    *,
    value: str,
    backend: Backend,
    app: App,
    bigcommerce: BigCommerce,
    store: Store,
    login_url: str,
) -> None:
    other = bigcommerce.register_app("another-organization", "Other", ["store_v2_orders"])
    link = bigcommerce.auth_callback_url(app, store, store.owner)

    answer = backend.get(f"{link}&external_install={value.format(other.client_id)}")

    assert answer.headers["Location"] == f"{login_url}/app/{app.client_id}/install/succeeded"
    assert other.client_id not in str(backend.answered)


@pytest.mark.figures("links of the auth callback that were tampered with")
def test_a_code_of_one_store_does_not_touch_another_that_its_link_was_made_to_name(
    backend: Backend, app: App, bigcommerce: BigCommerce, installed_store: Store
) -> None:
    attacker = bigcommerce.add_store("The attacker's own")
    before = backend.stored()
    link = bigcommerce.auth_callback_url(app, attacker, attacker.owner)

    answer = backend.get(link.replace(attacker.hash, installed_store.hash))

    CODE_REFUSED.assert_is(answer, "redirect-url")
    assert backend.stored() == before


@pytest.mark.figures("links of the auth callback that were tampered with")
def test_a_code_of_one_app_does_not_install_another(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    other = bigcommerce.register_app(
        "another-organization",
        "Other",
        app.scopes,
        callback_urls=CallbackUrls.under(BASE_URL, "another-organization"),
    )
    backend.deploy(other)
    link = bigcommerce.auth_callback_url(other, store, store.owner)

    answer = backend.get(link.replace(other.organization_id, app.organization_id))

    CODE_REFUSED.assert_is(answer, "redirect-url")
    assert backend.stored() == []


def test_an_external_install_without_a_code_has_failed(
    backend: Backend, app: App, store: Store, login_url: str
) -> None:
    answer = backend.get(
        callback_url(app, "redirect-url", context=store.context, external_install="")
    )

    assert answer.headers["Location"] == f"{login_url}/app/{app.client_id}/install/failed"


def test_an_external_install_of_an_unregistered_app_gets_a_page_as_it_has_no_client_id(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    backend.put_credentials(app.organization_id, {})

    answer = backend.get(bigcommerce.external_auth_callback_url(app, store, store.owner))

    assert answer.status == 503
    assert "not registered yet" in answer.page.text


def test_a_code_works_once(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    url = bigcommerce.auth_callback_url(app, store, store.owner)
    backend.get(url)
    before = backend.stored()

    again = backend.get(url)

    assert again.status == 400
    assert backend.stored() == before


def test_a_corrected_secret_works_at_once_when_bigcommerce_refused_the_old_one(
    clock: Clock, backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    right = {"client_id": app.client_id, "client_secret": app.client_secret}
    backend.put_credentials(app.organization_id, right | {"client_secret": "0" * 64})
    assert backend.get(bigcommerce.auth_callback_url(app, store, store.owner)).status == 400
    clock.advance(10)
    backend.put_credentials(app.organization_id, right)

    assert backend.get(bigcommerce.auth_callback_url(app, store, store.owner)).status == 200


def test_a_refused_code_is_not_tried_again_with_unchanged_credentials(
    clock: Clock, backend: Backend, app: App, bigcommerce: BigCommerce, installed_store: Store
) -> None:
    clock.advance(10)
    bigcommerce.token_endpoint.requests.clear()

    answer = backend.get(
        callback_url(
            app, "redirect-url", code="0" * 31, scope=app.scope, context=installed_store.context
        )
    )

    assert answer.status == 400
    assert len(bigcommerce.token_endpoint.requests) == 1


def test_a_store_uninstalled_while_it_was_being_installed_stays_uninstalled(
    clock: Clock, backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    url = bigcommerce.auth_callback_url(app, store, store.owner)
    overtaking = Uninstall(clock.now + 5, clock.now + 5)
    marker = Uninstalled(app.client_id, overtaking, clock.now + RETENTION_SECONDS)
    installation_table.update(app.organization_id, store.hash, lambda _: marker)
    before = backend.stored()

    answer = backend.get(url)

    assert answer.status == 404
    assert backend.stored() == before


def test_an_uninstall_during_the_exchange_ends_the_installation_that_began_before_it(
    *,
    clock: Clock,
    backend: Backend,
    app: App,
    bigcommerce: BigCommerce,
    store: Store,
    aws: AwsCalls,
) -> None:
    began_at = clock.now
    uninstalled: list[int] = []

    def takes_two_seconds(exchange: Exchange) -> TokenResponse:
        clock.advance(2)
        return exchange()

    def uninstall_of_a_second_ago_arrives() -> None:
        del aws.instead["Encrypt"]
        link = signed_url(app, "uninstall", store, store.owner, issued_at=began_at + 1)
        uninstalled.append(backend.get(link).status)

    bigcommerce.token_endpoint.next_answers.append(takes_two_seconds)
    aws.instead["Encrypt"] = uninstall_of_a_second_ago_arrives
    answer = backend.get(bigcommerce.auth_callback_url(app, store, store.owner))

    assert (uninstalled, answer.status) == ([200], 404)
    assert [record["status"] for record in backend.stored()] == ["uninstalled"]


def test_a_store_uninstalled_and_installed_again_meanwhile_keeps_the_token_of_the_latter(
    *,
    clock: Clock,
    backend: Backend,
    app: App,
    bigcommerce: BigCommerce,
    store: Store,
    aws: AwsCalls,
) -> None:
    def uninstalled_and_installed_again() -> None:
        del aws.instead["Encrypt"]
        clock.advance(1)
        assert backend.get(signed_url(app, "uninstall", store, store.owner)).status == 200
        clock.advance(1)
        again = bigcommerce.auth_callback_url(app, store, store.owner)
        assert backend.get(again).status == 200

    aws.instead["Encrypt"] = uninstalled_and_installed_again
    answer = backend.get(bigcommerce.auth_callback_url(app, store, store.owner))

    assert answer.status == 200
    current = bigcommerce.installation(app, store)
    assert current is not None
    assert backend.decrypt(app, store) == current.access_token


def test_an_installation_that_others_keep_overtaking_is_to_be_begun_anew(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store, aws: AwsCalls
) -> None:
    conflict = ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "PutItem")
    aws.instead["PutItem"] = conflict

    answer = backend.get(bigcommerce.auth_callback_url(app, store, store.owner))

    NOT_STORED.assert_is(answer, "redirect-url")
    assert backend.stored() == []


def test_a_granted_scope_that_has_not_the_form_of_one_is_not_logged(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store, logs: Logs
) -> None:
    odd = faults.with_fields(scope=f"{app.scope} store_cart somebody@shop.example")
    bigcommerce.token_endpoint.next_answers.append(odd)

    assert backend.get(bigcommerce.auth_callback_url(app, store, store.owner)).status == 200

    (warning,) = (line for line in logs.lines if line["level"] == "WARNING")
    assert "somebody@shop.example" not in str(warning)


def test_a_context_is_the_same_to_the_letter(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    other_case = faults.with_fields(context=store.context.upper())
    bigcommerce.token_endpoint.next_answers.append(other_case)

    answer = backend.get(bigcommerce.auth_callback_url(app, store, store.owner))

    CODE_REFUSED.assert_is(answer, "redirect-url")
    assert backend.stored() == []


def test_of_two_callbacks_that_overlap_the_second_sees_what_the_first_did(
    backend: Backend,
    app: App,
    bigcommerce: BigCommerce,
    installed_store: Store,
    aws: AwsCalls,
) -> None:
    (assistant,) = installed_store.staff

    def assistant_opens_the_app_meanwhile() -> None:
        del aws.instead["PutItem"]
        backend.get(signed_url(app, "load", installed_store, assistant))

    aws.instead["PutItem"] = assistant_opens_the_app_meanwhile
    backend.get(bigcommerce.auth_callback_url(app, installed_store, installed_store.owner))

    record = backend.record(app, installed_store)
    latest = bigcommerce.installation(app, installed_store)
    assert latest is not None
    assert backend.decrypt(app, installed_store) == latest.access_token
    assert str(assistant.id) in user_ids(record)


def test_an_answer_after_the_deadline_is_a_timeout_and_nothing_is_stored(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    url = bigcommerce.auth_callback_url(app, store, store.owner)
    bigcommerce.token_endpoint.next_answers.append(faults.byte_by_byte(0.05))

    answer = backend.get(url, remaining_milliseconds=1_200)

    assert answer.status == 504
    assert "BigCommerce took too long to answer" in answer.page.text
    assert backend.stored() == []
