"""The deployed program over HTTP: two apps in one stack, with IAM enforced."""

import json
import subprocess
import sys
import time
from typing import Any

import pytest

from local.backend import PROJECT, LocalBackend
from local.bigcommerce import App, Store, load_url, remove_user_url, uninstall_url
from local.loopback_http import Response, get, post
from tests.documents import snippet
from tests.roles import role_environment

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


def test_each_app_is_installed_with_its_own_credentials(
    ready: LocalBackend, app_a: App, app_b: App, store: Store
) -> None:
    for app in (app_a, app_b):
        answer = install(ready, app, store)
        assert answer.status == 200
        assert f"{app.name} is installed" in answer.text
    assert (
        record(ready, app_a, store)["access_token"] != record(ready, app_b, store)["access_token"]
    )


def test_a_payload_of_one_app_is_refused_by_another_of_the_same_stack(
    ready: LocalBackend, app_a: App, app_b: App, store: Store
) -> None:
    install(ready, app_a, store)
    install(ready, app_b, store)
    of_a = load_url(app_a, store, store.owner)
    assert get(of_a, WARM).status == 200
    assert get(of_a.replace("/org-a/", "/org-b/"), WARM).status == 401


def test_an_uninstall_of_one_app_leaves_the_other(
    ready: LocalBackend, app_a: App, app_b: App, store: Store
) -> None:
    install(ready, app_a, store)
    install(ready, app_b, store)
    assert get(uninstall_url(app_a, store, store.owner), WARM).status == 200
    assert get(load_url(app_a, store, store.owner), WARM).status == 404
    assert get(load_url(app_b, store, store.owner), WARM).status == 200


def test_multiple_users_is_a_setting_of_each_app(
    ready: LocalBackend, app_a: App, app_b: App, store: Store
) -> None:
    install(ready, app_a, store)
    install(ready, app_b, store)
    assert get(load_url(app_a, store, store.staff[0]), WARM).status == 200
    assert get(load_url(app_b, store, store.staff[0]), WARM).status == 403


def test_a_removed_user_is_gone_from_the_record(
    ready: LocalBackend, app_a: App, store: Store
) -> None:
    install(ready, app_a, store)
    get(load_url(app_a, store, store.staff[0]), WARM)
    user = str(store.staff[0].id)
    assert user in record(ready, app_a, store)["users"]["M"]
    assert get(remove_user_url(app_a, store, store.staff[0]), WARM).status == 200
    assert user not in record(ready, app_a, store)["users"]["M"]


def test_an_uninstalled_store_keeps_no_token_and_no_personal_data(
    ready: LocalBackend, app_a: App, store: Store
) -> None:
    install(ready, app_a, store)
    get(uninstall_url(app_a, store, store.owner), WARM)
    left = record(ready, app_a, store)
    assert left["status"]["S"] == "uninstalled"
    assert int(left["expires_at"]["N"]) - int(left["uninstalled_at"]["N"]) == 30 * 86_400
    assert "example.com" not in json.dumps(left)
    assert {"access_token", "users", "owner_id"}.isdisjoint(left)


def test_an_unknown_organization_is_not_found(app_a: App) -> None:
    answer = get(app_a.callback_urls.load.replace("/org-a/", "/org-c/"), WARM)
    assert answer.status == 404
    assert "No such app" in answer.text


def test_the_request_log_has_the_functions_line_of_a_request(
    ready: LocalBackend, app_a: App, store: Store
) -> None:
    url = load_url(app_a, store, store.owner)
    ready.bigcommerce.log.add_in_browser("Load", url)
    shown = get(url, WARM)
    entry = next(iter(ready.bigcommerce.log))
    assert (entry.outcome, entry.reason) == ("404", "store_not_installed")
    assert entry.answer is not None
    assert entry.answer.request_id in shown.text
    assert json.loads(entry.answer.log_line)["store_hash"] == store.hash


@pytest.mark.parametrize("path", ["/", "/org-a", "/org-a/load/more", "/org-a/other"])
def test_there_are_no_other_routes(app_a: App, path: str) -> None:
    base_url = app_a.callback_urls.load.removesuffix("/org-a/load")
    assert get(base_url + path, WARM).status == 404


# Downstream code, with the snippet of the README.


@pytest.fixture(scope="module")
def consumer_environment(ready: LocalBackend) -> dict[str, str]:
    return role_environment(ready.emulator, "consumer", ready.outputs["accessTokenReaderPolicyArn"])


def run_snippet(environment: dict[str, str], call: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"{snippet('read_access_token')}\n{call}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_downstream_code_reads_an_access_token(
    ready: LocalBackend, app_a: App, store: Store, consumer_environment: dict[str, str]
) -> None:
    install(ready, app_a, store)
    table = ready.outputs["installationsTable"]
    call = f"print(read_access_token({table!r}, 'org-a', {store.hash!r}))"
    done = run_snippet(consumer_environment, call)
    installation = ready.bigcommerce.installation(app_a, store)
    assert installation is not None
    assert (done.stdout.strip(), done.stderr) == (installation.access_token, "")


def test_downstream_code_is_told_of_a_store_that_is_not_installed(
    ready: LocalBackend, store: Store, consumer_environment: dict[str, str]
) -> None:
    table = ready.outputs["installationsTable"]
    done = run_snippet(
        consumer_environment, f"read_access_token({table!r}, 'org-a', {store.hash!r})"
    )
    assert f"LookupError: the app is not installed on store {store.hash}" in done.stderr


def test_the_reader_policy_does_not_allow_writing(
    ready: LocalBackend, consumer_environment: dict[str, str]
) -> None:
    table = ready.outputs["installationsTable"]
    call = f"boto3.client('dynamodb').put_item(TableName={table!r}, Item={{}})"
    assert "AccessDenied" in run_snippet(consumer_environment, call).stderr


def test_what_rutter_tells_by_webhook_is_in_the_table_within_seconds(
    ready: LocalBackend, app_a: App, store: Store
) -> None:
    """The connection was active: nothing else would have polled it again."""
    install(ready, app_a, store)
    await_connection(ready, app_a, store, "active")
    del ready.bigcommerce.installations[app_a.client_id, store.hash]
    (connection,) = ready.rutter.of(store.hash)

    assert ready.rutter.notify(connection, "CONNECTION_NEEDS_UPDATE") == [200, 200]

    await_connection(ready, app_a, store, "needs_reauth")
    url = ready.outputs["rutterWebhookUrls"]["org-a"]
    forged = post(url, b"{}", {"X-Rutter-Signature": "sha256=AAAA"}, WARM)
    assert (forged.status, json.loads(forged.text)["error"]) == (401, "invalid_signature")
    assert post(url.replace("org-a", "org-b"), b"{}", {}, WARM).status == 404
    assert get(url, WARM).status == 404


def await_connection(backend: LocalBackend, app: App, store: Store, state: str) -> None:
    give_up_at = time.monotonic() + 60
    while backend.connection(app, store) != state:
        assert time.monotonic() < give_up_at
        time.sleep(0.1)
