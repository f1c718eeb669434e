"""The runbook's changes on the embedded AWS.

It restores a table as it is, not as it was at a point in time. It serves no custom domain and
disables no endpoint. Every request goes to the API's default endpoint. test_auth.py tests that a
code is exchanged for the URI that was called.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.aws import REGION, ROOT_KEY
from local.backend import APPS, CLIENT_SECRETS, PROJECT, LocalBackend, local_backend
from local.bigcommerce import App, CallbackUrls, Store, load_url
from local.engine import Event, LogEvent, Stack
from local.loopback_http import get
from tests.documents import ROOT, snippet
from tests.local.waiting import until

pytestmark = pytest.mark.emulated

API = f"{PROJECT}-local-callbacks"
DOMAIN = "apps.localhost"


@pytest.fixture(scope="module")
def backend() -> Iterator[LocalBackend]:
    with local_backend() as running:
        running.configure_credentials()
        running.deploy()
        yield running


@pytest.fixture
def app(backend: LocalBackend) -> App:
    return backend.apps[0]


@pytest.fixture
def store(backend: LocalBackend, app: App) -> Store:
    store = backend.bigcommerce.add_store("A store")
    assert get(backend.bigcommerce.auth_callback_url(app, store, store.owner), 30).status == 200
    return store


def loads(app: App, store: Store) -> int:
    return get(load_url(app, store, store.owner), 30).status


def as_operator(backend: LocalBackend, *arguments: str) -> str:
    """Run Python with the account's credentials; return what it prints."""
    environment = {
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": backend.emulator.endpoint_url,
    }
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_rotating_a_secret_changes_one_value(backend: LocalBackend, app: App, store: Store) -> None:
    app.client_secret = "f" * 64
    assert loads(app, store) == 401
    backend.configure_credentials()
    (change,) = {change.type for change in backend.deploy().changes}
    assert change == "aws:secretsmanager/secretVersion:SecretVersion"
    # The functions read it again at most every 10 s.
    assert until(lambda: loads(app, store) == 200)


def test_restoring_changes_no_other_record(backend: LocalBackend, app: App, store: Store) -> None:
    dynamodb, table = backend.emulator.aws.dynamodb, backend.outputs["installationsTable"]
    kept = backend.bigcommerce.add_store("A store that stays")
    get(backend.bigcommerce.auth_callback_url(app, kept, kept.owner), 30)
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=table, TargetTableName="restored", UseLatestRestorableTime=True
    )
    key = {"pk": {"S": f"ORG#{app.organization_id}#STORE#{store.hash}"}, "sk": {"S": "STORE"}}
    dynamodb.delete_item(TableName=table, Key=key)
    assert loads(app, store) == 404
    assert loads(app, kept) == 200  # this can make the record newer than the restored one
    before = {str(item) for item in dynamodb.scan(TableName=table)["Items"]}

    call = f"print(copy_missing('restored', {table!r}))"
    assert as_operator(backend, "-c", f"{snippet('copy_missing')}\n{call}") == "1\n"
    after = {str(item) for item in dynamodb.scan(TableName=table)["Items"]}
    assert before < after
    assert loads(app, store) == 200


def test_a_url_change_is_warned_about_until_it_is_recorded(backend: LocalBackend, app: App) -> None:
    told: list[Event] = []
    backend.on_event = told.append
    backend.config[APPS][0]["registeredBaseUrl"] = "https://before.example.com"
    backend.deploy()
    (warning,) = [event.text for event in told if isinstance(event, LogEvent)]
    assert app.callback_urls.load in warning
    backend.record_registered_urls()
    told.clear()
    assert backend.deploy().changes == []
    assert not [event for event in told if isinstance(event, LogEvent)]


def test_an_app_moves_stacks(backend: LocalBackend, app: App, store: Store, tmp_path: Path) -> None:
    config = {**backend.config, APPS: [dict(backend.config[APPS][0])]}
    config[APPS][0].pop("registeredBaseUrl", None)
    moved = Stack("moved").up(config, secrets=[CLIENT_SECRETS], on_event=lambda _: None).outputs
    assert loads(app, store) == 200
    app.callback_urls = CallbackUrls.under(moved["baseUrl"], app.organization_id)
    assert loads(app, store) == 404

    installation = backend.bigcommerce.installation(app, store)
    assert installation is not None
    tokens, outputs = tmp_path / "tokens.csv", tmp_path / "outputs.json"
    tokens.write_text(
        "store_hash,access_token,scope,owner_id,owner_email\n"
        f"{store.hash},{installation.access_token},{' '.join(app.scopes)},"
        f"{store.owner.id},{store.owner.email}\n"
    )
    outputs.write_text(json.dumps(moved))
    app_option = ("--app", app.organization_id)
    options = ("import", str(tokens), "--yes", "--file", str(outputs), *app_option)
    as_operator(backend, "-m", "ops", "stores", *options)
    assert loads(app, store) == 200


def installs(backend: LocalBackend) -> bool:
    """Return whether a new store can install the app at the portal's URLs."""
    app = backend.apps[0]
    store = backend.bigcommerce.add_store("A store")
    urls = (
        backend.bigcommerce.auth_callback_url(app, store, store.owner),
        load_url(app, store, store.owner),
    )
    return all(get(url, 30).status == 200 for url in urls)


def test_installations_continue_during_a_domain_move(backend: LocalBackend) -> None:
    backend.deploy()  # enters the callback URLs of this stack
    aws, app = backend.emulator.aws, backend.apps[0]
    before = app.callback_urls
    assert installs(backend)

    zone = aws.route53.create_hosted_zone(Name="localhost", CallerReference="move")["HostedZone"]
    domain = {"name": DOMAIN, "hostedZoneId": zone["Id"].rpartition("/")[2]}
    backend.config[f"{PROJECT}:domain"] = domain | {"keepDefaultEndpoint": True}
    backend.deploy()
    moved, app.callback_urls = app.callback_urls, before
    assert moved == CallbackUrls.under(f"https://{DOMAIN}", app.organization_id)
    records = aws.route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    assert {"A", "AAAA", "CNAME"} <= {each["Type"] for each in records}
    (api,) = [each for each in aws.apigatewayv2.get_apis()["Items"] if each["Name"] == API]
    assert not api.get("DisableExecuteApiEndpoint")
    assert installs(backend)  # the portal is not edited yet

    backend.record_registered_urls()
    backend.config[f"{PROJECT}:domain"] = domain
    backend.deploy()
    (api,) = [each for each in aws.apigatewayv2.get_apis()["Items"] if each["Name"] == API]
    assert api["DisableExecuteApiEndpoint"] is True
    assert app.callback_urls == moved
    assert installs(backend)
