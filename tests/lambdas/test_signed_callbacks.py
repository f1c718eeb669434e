"""Load, uninstall and remove user: what people see, what is stored, and what changes nothing.

Which payload changes what depends on the rules, in test_installation.py.
"""

from dataclasses import replace

import pytest

from local.bigcommerce import User
from tests.lambdas.backend import RETENTION_SECONDS, SIGNED_CALLBACKS, Callbacks, forget_apps
from tests.lambdas.conftest import ORGANIZATION_ID, SCOPES, SUPPORT_URL, Clock
from tests.lambdas.responses import REQUEST_ID, Response

STRANGER = User(7_654_321, "stranger", "stranger@example.com")


def assert_done(answer: Response) -> None:
    assert answer.status == 200
    assert answer.json == {"status": "ok", "request_id": REQUEST_ID}


def test_the_owner_sees_store_scopes_and_support(clock: Clock, callbacks: Callbacks) -> None:
    clock.now = 1_772_323_200  # 2026-03-01T00:00:00Z
    callbacks.get("redirect-url")
    clock.advance(3600)

    answer = callbacks.get("load")

    assert answer.status == 200
    assert "Order Sync is installed" in answer.page.text
    assert "Installed since 1 March 2026" in answer.page.text
    assert "You are the owner of this store." in answer.page.text
    assert callbacks.store.hash in answer.page.text
    assert all(scope in answer.page.text for scope in SCOPES)
    assert answer.page.links == [SUPPORT_URL]


def test_a_new_user_is_stored_with_the_payloads_time(clock: Clock, installed: Callbacks) -> None:
    clock.advance(60)

    answer = installed.get("load", STRANGER)

    assert answer.status == 200
    assert "You are a user of this store." in answer.page.text
    users = installed.record()["users"]
    assert users[str(STRANGER.id)] == {"email": STRANGER.email, "added_at": clock.now}


def test_scopes_that_differ_from_the_configured_ones_are_shown_at_every_opening(
    installed: Callbacks,
) -> None:
    names = {"store_v2_customers": "Customers: modify <b>", SCOPES[0]: "Orders: modify"}
    wanted = replace(installed.app, scopes=(SCOPES[0], "store_v2_customers"))
    installed.backend.deploy(wanted, scope_names=names)
    forget_apps()

    page = installed.get("load").page

    text = page.text
    assert "did not grant all permissions that the app needs" in text
    assert f"Granted permissions Orders: modify {SCOPES[1]}" in text
    assert "reinstall the app: Customers: modify <b>" in text
    assert page.links == []  # as this app has no support URL


def test_an_uninstall_leaves_only_a_dated_marker(clock: Clock, installed: Callbacks) -> None:
    clock.advance(60)
    link = installed.url("uninstall", STRANGER)  # who never opened the app
    clock.advance(7)

    assert_done(installed.backend.get(link))

    assert installed.backend.stored() == [
        {
            "pk": f"ORG#{ORGANIZATION_ID}#STORE#{installed.store.hash}",
            "sk": "STORE",
            "organization_id": ORGANIZATION_ID,
            "store_hash": installed.store.hash,
            "status": "uninstalled",
            "revision": 2,
            "connection_app": ORGANIZATION_ID,
            "connection_due": clock.now + 60,
            "client_id": installed.app.client_id,
            "uninstalled_at": clock.now - 7,
            "arrived_at": clock.now,
            "expires_at": clock.now - 7 + RETENTION_SECONDS,
        }
    ]


def test_remove_user_removes_only_the_user_it_names(clock: Clock, installed: Callbacks) -> None:
    (assistant,) = installed.store.staff
    installed.get("load", assistant)
    clock.advance(60)

    assert_done(installed.get("remove-user", assistant))

    record = installed.record()
    assert set(record["users"]) == {str(installed.store.owner.id)}
    assert record["removed_users"] == {str(assistant.id): clock.now}
    assert assistant.email not in str(record)


@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
def test_a_repeated_delivery_is_harmless(callback: str, clock: Clock, installed: Callbacks) -> None:
    link = installed.url(callback, installed.store.staff[0])
    installed.backend.get(link)
    before = installed.backend.stored()
    clock.advance(60)

    assert installed.backend.get(link).status == 200

    assert installed.backend.stored() == before
