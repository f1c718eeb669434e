"""`show` and `token`: one store, with what the operator's policy allows."""

import json

import pytest

from lambdas.records.dynamodb_json import values_to_json
from lambdas.records.installation_item import key
from local.backend import LocalBackend
from local.bigcommerce import App, Store, load_url, uninstall_url
from local.loopback_http import get
from tests.ops.stores.conftest import Run, install, token_of

pytestmark = pytest.mark.emulated


def test_a_store_is_shown_with_its_users_and_without_its_token(
    run: Run, backend: LocalBackend, app: App, store: Store
) -> None:
    get(load_url(app, store, store.staff[0]), 30)
    printed, as_json = run("show", store.hash).out, run("show", store.hash, "--json").out
    for said in ("App A (org-a)", store.owner.email, store.staff[0].email, ", the owner"):
        assert said in printed
    assert f"https://store-{store.hash}.mybigcommerce.com/manage" in printed
    assert json.loads(as_json)["STORE"]["user_count"] == 2
    for text in (printed, as_json):
        assert token_of(backend, app, store) not in text
        assert "access_token" not in text


def test_stored_text_does_not_control_the_terminal(
    run: Run, backend: LocalBackend, app: App, store: Store
) -> None:
    backend.emulator.aws.dynamodb.update_item(
        TableName=backend.outputs["installationsTable"],
        Key=key("org-a", store.hash),
        UpdateExpression="SET #users.#id.email = :email, scopes = :scopes",
        ExpressionAttributeNames={"#users": "users", "#id": str(store.owner.id)},
        ExpressionAttributeValues=values_to_json(
            {":email": "\x1b]0;owned\x07a@example.com\nUser", ":scopes": ["\x1b]0;owned\x07"]}
        ),
    )
    assert "\x1b" not in run("token", store.hash, typed="n\n").err
    printed = run("show", store.hash).out
    assert "]0;owned a@example.com User, since" in printed
    assert "\x1b" not in printed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "none"), "Store none has no record for an app of the stack"),
        (("show", "none", "--app", "org-z"), "Store none has no record for org-z"),
        (("show", "../x"), "'../x' is not a store hash"),
        (("token", "none", "--yes"), "list --all --file /"),
    ],
)
def test_an_unknown_store_is_reported(run: Run, arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


def test_a_store_with_two_apps_needs_app(run: Run, backend: LocalBackend, store: Store) -> None:
    install(backend, backend.apps[1], store)
    assert "Choose one: --app org-a or --app org-b" in run("show", store.hash).err
    assert "App B (org-b)" in run("show", store.hash, "--app", "org-b").out


def test_a_token_is_printed_after_confirmation(
    run: Run, backend: LocalBackend, app: App, store: Store
) -> None:
    token = token_of(backend, app, store)
    done = run("token", store.hash, typed="y\n")
    assert (done.status, done.out) == (0, f"{token}\n")
    assert "CloudTrail logs it" in done.err
    assert run("token", store.hash, "--yes").out == f"{token}\n"
    for typed, said in (("\n", "Nothing was done"), (None, "add --yes")):
        refused = run("token", store.hash, typed=typed)
        assert (refused.status, refused.out) == (2, "")
        assert said in refused.err


def test_an_uninstalled_store_has_no_token(run: Run, app: App, store: Store) -> None:
    get(uninstall_url(app, store, store.owner), 30)
    assert "has no token" in run("token", store.hash, "--yes").err
    assert "State          uninstalled" in run("show", store.hash).out


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "There are no AWS credentials"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "Could not call AWS: Could not connect"),
        ({"AWS_PROFILE": "nowhere"}, "The config profile (nowhere) could not be found"),
    ],
)
def test_why_aws_cannot_be_called_is_explained(
    run: Run, environment: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr("time.sleep", lambda _: None)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = run("list")
    assert done.status == 2
    assert said in done.err


@pytest.mark.parametrize("command", ["list", "show STORE", "purge STORE --yes", "redrive"])
def test_credentials_of_another_account_are_refused(
    run: Run, store: Store, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "123456789012")  # which the embedded AWS takes for one
    monkeypatch.delenv("AWS_SESSION_TOKEN")
    done = run(*command.replace("STORE", store.hash).split())
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        "The AWS credentials are for account 123456789012, and the stack is in account "
        "000000000000. Choose another profile with AWS_PROFILE.\n"
    )
