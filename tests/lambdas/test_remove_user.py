"""The remove user callback: the user goes, and what is old changes nothing."""

from local.bigcommerce import App, BigCommerce, Store
from tests.lambdas.conftest import Clock
from tests.lambdas.harness import REQUEST_ID, AwsCalls, Backend, signed_url, user_ids

SUCCESS = {"status": "ok", "request_id": REQUEST_ID}


def test_the_user_is_removed_and_the_others_stay(
    clock: Clock, backend: Backend, app: App, installed_store: Store
) -> None:
    (assistant,) = installed_store.staff
    backend.get(signed_url(app, "load", installed_store, assistant))
    clock.advance(60)

    answer = backend.get(signed_url(app, "remove-user", installed_store, assistant))

    assert (answer.status, answer.json) == (200, SUCCESS)
    record = backend.record(app, installed_store)
    assert user_ids(record) == {str(installed_store.owner.id)}
    assert record["removed_users"] == {str(assistant.id): clock.now}
    assert assistant.email not in str(record)


def test_removing_again_succeeds_and_changes_nothing(
    backend: Backend, app: App, installed_store: Store
) -> None:
    (assistant,) = installed_store.staff
    link = signed_url(app, "remove-user", installed_store, assistant)
    backend.get(link)
    before = backend.stored()

    answer = backend.get(link)

    assert (answer.status, answer.json) == (200, SUCCESS)
    assert backend.stored() == before


def test_removing_from_a_store_that_is_not_installed_succeeds_and_writes_nothing(
    backend: Backend, app: App, store: Store, aws: AwsCalls
) -> None:
    answer = backend.get(signed_url(app, "remove-user", store, store.staff[0]))

    assert (answer.status, answer.json) == (200, SUCCESS)
    assert backend.stored() == []
    assert "PutItem" not in aws.operations


def test_a_removal_that_overtakes_the_users_first_visit_is_remembered(
    backend: Backend, app: App, installed_store: Store
) -> None:
    (assistant,) = installed_store.staff
    visit = signed_url(app, "load", installed_store, assistant)
    backend.get(signed_url(app, "remove-user", installed_store, assistant))

    assert backend.get(visit).status == 401
    assert str(assistant.id) not in user_ids(backend.record(app, installed_store))


def test_an_old_removal_does_not_remove_a_user_who_was_added_again(
    clock: Clock, backend: Backend, app: App, installed_store: Store
) -> None:
    (assistant,) = installed_store.staff
    old_removal = signed_url(app, "remove-user", installed_store, assistant)
    backend.get(old_removal)
    clock.advance(60)
    backend.get(signed_url(app, "load", installed_store, assistant))

    answer = backend.get(old_removal)

    assert (answer.status, answer.json) == (200, SUCCESS)
    assert str(assistant.id) in user_ids(backend.record(app, installed_store))


def test_a_removed_user_stays_removed_when_the_owner_consents_again(
    clock: Clock, backend: Backend, app: App, bigcommerce: BigCommerce, installed_store: Store
) -> None:
    (assistant,) = installed_store.staff
    visit = signed_url(app, "load", installed_store, assistant)
    backend.get(visit)
    backend.get(signed_url(app, "remove-user", installed_store, assistant))
    clock.advance(60)
    backend.get(bigcommerce.auth_callback_url(app, installed_store, installed_store.owner))

    assert backend.get(visit).status == 401
    assert user_ids(backend.record(app, installed_store)) == {str(installed_store.owner.id)}


def test_a_user_removed_from_one_store_keeps_another(
    backend: Backend, app: App, bigcommerce: BigCommerce, installed_store: Store
) -> None:
    (assistant,) = installed_store.staff
    other = bigcommerce.add_store("Another store")
    backend.get(bigcommerce.auth_callback_url(app, other, other.owner))
    backend.get(signed_url(app, "load", other, assistant))

    backend.get(signed_url(app, "remove-user", installed_store, assistant))

    assert str(assistant.id) in user_ids(backend.record(app, other))
