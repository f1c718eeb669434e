"""Load, uninstall and remove user: what people see, what is stored, and what changes nothing.

Which payload changes what is said by the rules, in test_installation.py.
"""

from dataclasses import replace

import pytest

from local.bigcommerce import App, BigCommerce, Store, User
from tests.lambdas.backend import (
    RETENTION_SECONDS,
    SIGNED_CALLBACKS,
    Backend,
    forget_apps,
    signed_url,
)
from tests.lambdas.conftest import ORGANIZATION_ID, SCOPES, SUPPORT_URL, Clock
from tests.lambdas.responses import REQUEST_ID, Response

STRANGER = User(7_654_321, "stranger", "stranger@example.com")


def assert_done(answer: Response) -> None:
    assert answer.status == 200
    assert answer.json == {"status": "ok", "request_id": REQUEST_ID}


def test_the_owner_sees_the_app_with_its_store_its_scopes_and_where_to_get_support(
    clock: Clock, backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    clock.now = 1_772_323_200  # 2026-03-01T00:00:00Z
    backend.get(bigcommerce.auth_callback_url(app, store, store.owner))
    clock.advance(3600)

    answer = backend.get(signed_url(app, "load", store, store.owner))

    assert answer.status == 200
    assert "Order Sync is connected" in answer.page.text
    assert "Connected since 1 March 2026" in answer.page.text
    assert "You are the owner of this store." in answer.page.text
    assert store.hash in answer.page.text
    assert all(scope in answer.page.text for scope in SCOPES)
    assert answer.page.links == [SUPPORT_URL]


def test_an_unknown_user_is_let_in_and_remembered_with_the_time_of_the_payload(
    clock: Clock, backend: Backend, app: App, installed_store: Store
) -> None:
    clock.advance(60)

    answer = backend.get(signed_url(app, "load", installed_store, STRANGER))

    assert answer.status == 200
    assert "You are a user of this store." in answer.page.text
    users = backend.record(app, installed_store)["users"]
    assert users[str(STRANGER.id)] == {"email": STRANGER.email, "added_at": clock.now}


def test_scopes_that_differ_from_the_configured_ones_are_shown_at_every_opening(
    backend: Backend, app: App, installed_store: Store
) -> None:
    names = {"store_v2_customers": "Customers: modify <b>", SCOPES[0]: "Orders: modify"}
    backend.deploy(replace(app, scopes=(SCOPES[0], "store_v2_customers")), scope_names=names)
    forget_apps()

    page = backend.get(signed_url(app, "load", installed_store, installed_store.owner)).page

    text = page.text
    assert "did not grant all permissions that the app needs" in text
    assert f"Granted permissions Orders: modify {SCOPES[1]}" in text
    assert "reinstall the app: Customers: modify <b>" in text
    assert page.links == []  # as this app has no support URL


def test_an_uninstall_leaves_a_dated_marker_without_token_and_without_personal_data(
    clock: Clock, backend: Backend, app: App, installed_store: Store
) -> None:
    clock.advance(60)
    link = signed_url(app, "uninstall", installed_store, STRANGER)  # who never opened the app
    clock.advance(7)

    assert_done(backend.get(link))

    assert backend.stored() == [
        {
            "pk": f"ORG#{ORGANIZATION_ID}#STORE#{installed_store.hash}",
            "sk": "STORE",
            "organization_id": ORGANIZATION_ID,
            "store_hash": installed_store.hash,
            "status": "uninstalled",
            "revision": 2,
            "connection_app": ORGANIZATION_ID,
            "connection_due": clock.now + 60,
            "client_id": app.client_id,
            "uninstalled_at": clock.now - 7,
            "arrived_at": clock.now,
            "expires_at": clock.now - 7 + RETENTION_SECONDS,
        }
    ]


def test_the_user_who_is_removed_goes_and_the_others_stay(
    clock: Clock, backend: Backend, app: App, installed_store: Store
) -> None:
    (assistant,) = installed_store.staff
    backend.get(signed_url(app, "load", installed_store, assistant))
    clock.advance(60)

    assert_done(backend.get(signed_url(app, "remove-user", installed_store, assistant)))

    record = backend.record(app, installed_store)
    assert set(record["users"]) == {str(installed_store.owner.id)}
    assert record["removed_users"] == {str(assistant.id): clock.now}
    assert assistant.email not in str(record)


@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
def test_a_repeated_delivery_succeeds_and_changes_nothing_more(
    callback: str, clock: Clock, backend: Backend, app: App, installed_store: Store
) -> None:
    link = signed_url(app, callback, installed_store, installed_store.staff[0])
    backend.get(link)
    before = backend.stored()
    clock.advance(60)

    assert backend.get(link).status == 200

    assert backend.stored() == before
