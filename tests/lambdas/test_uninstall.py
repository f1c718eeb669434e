"""The uninstall callback: the token and every user go, and what is old changes nothing."""

from dataclasses import replace

from lambdas.callbacks import apps
from local.bigcommerce import App, BigCommerce, Store, User
from tests.lambdas.conftest import ORGANIZATION_ID, Clock
from tests.lambdas.harness import (
    REQUEST_ID,
    RETENTION_SECONDS,
    AwsCalls,
    Backend,
    signed_url,
)

STRANGER = User(7_654_321, "stranger", "stranger@example.com")
SUCCESS = {"status": "ok", "request_id": REQUEST_ID}


def test_a_dated_marker_is_left_without_token_and_without_personal_data(
    clock: Clock, backend: Backend, app: App, installed_store: Store
) -> None:
    clock.advance(60)

    answer = backend.get(signed_url(app, "uninstall", installed_store, installed_store.owner))

    assert (answer.status, answer.json) == (200, SUCCESS)
    assert backend.stored() == [
        {
            "pk": f"ORG#{ORGANIZATION_ID}#STORE#{installed_store.hash}",
            "sk": "STORE",
            "organization_id": ORGANIZATION_ID,
            "store_hash": installed_store.hash,
            "status": "uninstalled",
            "revision": 2,
            "client_id": app.client_id,
            "uninstalled_at": clock.now,
            "arrived_at": clock.now,
            "expires_at": clock.now + RETENTION_SECONDS,
        }
    ]


def test_an_uninstall_that_is_delivered_twice_succeeds_and_changes_nothing_more(
    clock: Clock, backend: Backend, app: App, installed_store: Store
) -> None:
    link = signed_url(app, "uninstall", installed_store, installed_store.owner)
    backend.get(link)
    before = backend.stored()
    clock.advance(60)

    answer = backend.get(link)

    assert (answer.status, answer.json) == (200, SUCCESS)
    assert backend.stored() == before


def test_uninstalling_a_store_that_was_never_installed_succeeds_and_leaves_a_marker(
    backend: Backend, app: App, store: Store
) -> None:
    answer = backend.get(signed_url(app, "uninstall", store, store.owner))

    assert (answer.status, answer.json) == (200, SUCCESS)
    assert backend.record(app, store)["status"] == "uninstalled"


def test_a_first_installation_that_an_uninstall_overtakes_stays_uninstalled(
    clock: Clock, backend: Backend, app: App, bigcommerce: BigCommerce, aws: AwsCalls
) -> None:
    store = bigcommerce.add_store("Gone at once")
    url = bigcommerce.auth_callback_url(app, store, store.owner)

    def uninstalled_meanwhile() -> None:
        del aws.instead["Encrypt"]
        clock.advance(1)
        backend.get(signed_url(app, "uninstall", store, store.owner))

    aws.instead["Encrypt"] = uninstalled_meanwhile

    assert backend.get(url).status == 404
    assert backend.record(app, store)["status"] == "uninstalled"


def test_an_uninstall_issued_before_the_installation_is_ignored(
    clock: Clock, backend: Backend, app: App, bigcommerce: BigCommerce, installed_store: Store
) -> None:
    old_link = signed_url(app, "uninstall", installed_store, installed_store.owner)
    clock.advance(60)
    backend.get(bigcommerce.auth_callback_url(app, installed_store, installed_store.owner))
    before = backend.stored()

    answer = backend.get(old_link)

    assert (answer.status, answer.json) == (200, SUCCESS)
    assert backend.stored() == before


def test_another_user_may_uninstall_an_app_with_multiple_users(
    backend: Backend, app: App, installed_store: Store
) -> None:
    backend.get(signed_url(app, "uninstall", installed_store, STRANGER))

    assert backend.record(app, installed_store)["status"] == "uninstalled"


def test_only_the_owner_may_uninstall_an_app_without_multiple_users(
    backend: Backend, app: App, installed_store: Store
) -> None:
    backend.deploy(replace(app, multiple_users=False))
    apps.forget()
    before = backend.stored()

    refused = backend.get(signed_url(app, "uninstall", installed_store, STRANGER))

    assert (refused.status, refused.json["error"]) == (403, "user_not_allowed")
    assert backend.stored() == before

    backend.get(signed_url(app, "uninstall", installed_store, installed_store.owner))

    assert backend.record(app, installed_store)["status"] == "uninstalled"


def test_the_token_is_never_decrypted_nor_encrypted(
    backend: Backend, app: App, installed_store: Store, aws: AwsCalls
) -> None:
    backend.get(signed_url(app, "uninstall", installed_store, installed_store.owner))

    assert not {"Encrypt", "Decrypt"} & set(aws.operations)
