"""The load callback: who may open the app, and what they see."""

from dataclasses import replace

from lambdas.callbacks import apps
from local.bigcommerce import App, BigCommerce, Store, User
from tests.lambdas.conftest import SCOPES, SUPPORT_URL, Clock
from tests.lambdas.harness import AwsCalls, Backend, signed_url, user_ids

STRANGER = User(7_654_321, "stranger", "stranger@example.com")


def test_the_owner_sees_the_app_with_its_store_its_scopes_and_where_to_get_support(
    backend: Backend, app: App, installed_store: Store
) -> None:
    answer = backend.get(signed_url(app, "load", installed_store, installed_store.owner))

    assert answer.status == 200
    assert "Order Sync is connected" in answer.page.text
    assert "You are the owner of this store." in answer.page.text
    assert installed_store.hash in answer.page.text
    assert all(scope in answer.page.text for scope in SCOPES)
    assert answer.page.links == [SUPPORT_URL]


def test_an_app_without_a_support_url_shows_no_link(
    backend: Backend, app: App, installed_store: Store
) -> None:
    backend.deploy(app)
    apps.forget()

    answer = backend.get(signed_url(app, "load", installed_store, installed_store.owner))

    assert answer.page.links == []


def test_the_page_says_since_when_the_store_is_connected(
    clock: Clock, backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    clock.now = 1_772_323_200  # 2026-03-01T00:00:00Z
    backend.get(bigcommerce.auth_callback_url(app, store, store.owner))
    clock.advance(3600)

    answer = backend.get(signed_url(app, "load", store, store.owner))

    assert "Connected since 1 March 2026" in answer.page.text


def test_the_owner_changes_nothing_by_opening_the_app(
    backend: Backend, app: App, installed_store: Store, aws: AwsCalls
) -> None:
    before = backend.stored()

    backend.get(signed_url(app, "load", installed_store, installed_store.owner))

    assert backend.stored() == before
    assert "PutItem" not in aws.operations


def test_an_unknown_user_is_let_in_and_remembered_with_the_time_of_the_payload(
    clock: Clock, backend: Backend, app: App, installed_store: Store
) -> None:
    clock.advance(60)

    answer = backend.get(signed_url(app, "load", installed_store, STRANGER))

    assert answer.status == 200
    assert "You are a user of this store." in answer.page.text
    users = backend.record(app, installed_store)["users"]
    assert users[str(STRANGER.id)] == {"email": STRANGER.email, "added_at": clock.now}


def test_a_known_user_changes_nothing_by_opening_the_app_again(
    backend: Backend, app: App, installed_store: Store
) -> None:
    backend.get(signed_url(app, "load", installed_store, STRANGER))
    before = backend.stored()

    answer = backend.get(signed_url(app, "load", installed_store, STRANGER))

    assert answer.status == 200
    assert backend.stored() == before


def test_a_user_added_to_one_store_is_unknown_to_another(
    backend: Backend, app: App, bigcommerce: BigCommerce, installed_store: Store
) -> None:
    other = bigcommerce.add_store("Another store")
    backend.get(bigcommerce.auth_callback_url(app, other, other.owner))

    backend.get(signed_url(app, "load", installed_store, STRANGER))

    assert str(STRANGER.id) in user_ids(backend.record(app, installed_store))
    assert str(STRANGER.id) not in user_ids(backend.record(app, other))


def test_only_the_owner_may_open_an_app_without_multiple_users(
    backend: Backend, app: App, installed_store: Store
) -> None:
    backend.get(signed_url(app, "load", installed_store, STRANGER))
    backend.deploy(replace(app, multiple_users=False))
    apps.forget()

    owner = backend.get(signed_url(app, "load", installed_store, installed_store.owner))
    known_user = backend.get(signed_url(app, "load", installed_store, STRANGER))

    assert (owner.status, known_user.status) == (200, 403)


def test_scopes_that_differ_from_the_configured_ones_are_shown_at_every_opening(
    backend: Backend, app: App, installed_store: Store
) -> None:
    backend.deploy(replace(app, scopes=(SCOPES[0], "store_v2_customers")))
    apps.forget()

    text = backend.get(signed_url(app, "load", installed_store, installed_store.owner)).page.text

    assert "were not granted, so parts of it may not work" in text
    assert "store_v2_customers" in text
    assert "granted permissions the app is not configured with" in text


def test_a_removed_user_does_not_come_back_with_an_old_payload(
    clock: Clock, backend: Backend, app: App, installed_store: Store
) -> None:
    old_link = signed_url(app, "load", installed_store, STRANGER)
    backend.get(old_link)
    clock.advance(60)
    backend.get(signed_url(app, "remove-user", installed_store, STRANGER))

    answer = backend.get(old_link)

    assert answer.status == 401
    assert str(STRANGER.id) not in user_ids(backend.record(app, installed_store))


def test_a_removed_user_who_is_granted_access_again_comes_back_with_a_new_payload(
    clock: Clock, backend: Backend, app: App, installed_store: Store
) -> None:
    backend.get(signed_url(app, "load", installed_store, STRANGER))
    backend.get(signed_url(app, "remove-user", installed_store, STRANGER))
    clock.advance(60)

    answer = backend.get(signed_url(app, "load", installed_store, STRANGER))

    assert answer.status == 200
    assert str(STRANGER.id) in user_ids(backend.record(app, installed_store))


def test_an_old_payload_does_not_open_an_uninstalled_store(
    clock: Clock, backend: Backend, app: App, installed_store: Store
) -> None:
    old_link = signed_url(app, "load", installed_store, installed_store.owner)
    clock.advance(60)
    backend.get(signed_url(app, "uninstall", installed_store, installed_store.owner))

    assert backend.get(old_link).status == 404


def test_a_store_hash_is_the_same_to_the_letter(
    backend: Backend, app: App, installed_store: Store
) -> None:
    other_case = replace(installed_store, hash=installed_store.hash.upper())

    answer = backend.get(signed_url(app, "load", other_case, installed_store.owner))

    assert answer.status == 404
