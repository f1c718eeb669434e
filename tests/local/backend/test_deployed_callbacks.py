"""The deployed program over HTTP: two apps in one stack, with IAM enforced."""

import json
from typing import Any

import pytest

from local.backend import PROJECT, LocalBackend
from local.bigcommerce import App, Store, load_url, remove_user_url, uninstall_url
from local.loopback_http import Response, get, post
from tests.local.waiting import until

pytestmark = pytest.mark.emulated

WARM = 30


@pytest.fixture
def app_a(ready: LocalBackend) -> App:
    return ready.apps[0]


@pytest.fixture
def app_b(ready: LocalBackend) -> App:
    return ready.apps[1]


@pytest.fixture
def store(ready: LocalBackend) -> Store:
    return ready.bigcommerce.add_store("A store")


def install(backend: LocalBackend, app: App, store: Store) -> Response:
    return get(backend.bigcommerce.auth_callback_url(app, store, store.owner), WARM)


def record(backend: LocalBackend, app: App, store: Store) -> dict[str, Any]:
    item: dict[str, Any] = backend.emulator.aws.dynamodb.get_item(
        TableName=f"{PROJECT}-local-installations",
        Key={
            "pk": {"S": f"ORG#{app.organization_id}#STORE#{store.hash}"},
            "sk": {"S": "STORE"},
        },
    )["Item"]
    return item


def test_apps_are_isolated(ready: LocalBackend, app_a: App, app_b: App, store: Store) -> None:
    for app in (app_a, app_b):
        answer = install(ready, app, store)
        assert answer.status == 200
        assert f"{app.name} is installed" in answer.text
    assert (
        record(ready, app_a, store)["access_token"] != record(ready, app_b, store)["access_token"]
    )
    of_a = load_url(app_a, store, store.owner)
    assert get(of_a, WARM).status == 200
    assert get(of_a.replace("/org-a/", "/org-b/"), WARM).status == 401
    (assistant,) = store.staff  # who may use one of the apps
    assert get(load_url(app_a, store, assistant), WARM).status == 200
    assert get(load_url(app_b, store, assistant), WARM).status == 403
    assert get(remove_user_url(app_a, store, assistant), WARM).status == 200
    assert get(uninstall_url(app_a, store, store.owner), WARM).status == 200
    assert get(load_url(app_a, store, store.owner), WARM).status == 404
    assert get(load_url(app_b, store, store.owner), WARM).status == 200


def test_the_request_log_shows_the_log_line(ready: LocalBackend, app_a: App, store: Store) -> None:
    url = load_url(app_a, store, store.owner)
    ready.bigcommerce.log.add_in_browser("Load", url)
    shown = get(url, WARM)
    entry = next(iter(ready.bigcommerce.log))
    assert (entry.outcome, entry.reason) == ("404", "the store has no record")
    assert entry.answer is not None
    assert entry.answer.request_id in shown.text
    assert json.loads(entry.answer.log_line)["store_hash"] == store.hash


@pytest.mark.parametrize("path", ["/", "/org-a", "/org-a/load/more", "/org-a/other", "/c/load"])
def test_there_are_no_other_routes_and_apps(app_a: App, path: str) -> None:
    base_url = app_a.callback_urls.load.removesuffix("/org-a/load")
    assert get(base_url + path, WARM).status == 404


def test_a_webhook_of_rutter_triggers_a_poll(ready: LocalBackend, app_a: App, store: Store) -> None:
    """The connection was active: nothing else would have polled it again."""
    install(ready, app_a, store)
    assert until(lambda: ready.connection(app_a, store) == "active")
    del ready.bigcommerce.installations[app_a.client_id, store.hash]
    (connection,) = ready.rutter.of(store.hash)

    assert ready.rutter.notify(connection, "CONNECTION_NEEDS_UPDATE") == [200, 200]

    assert until(lambda: ready.connection(app_a, store) == "needs_reauth")
    url = ready.outputs["rutterWebhookUrls"]["org-a"]
    forged = post(url, b"{}", {"X-Rutter-Signature": "sha256=AAAA"}, WARM)
    assert (forged.status, json.loads(forged.text)["error"]) == (401, "invalid_signature")
    assert post(url.replace("org-a", "org-b"), b"{}", {}, WARM).status == 404
    assert get(url, WARM).status == 404
