"""The consumer of the events, deployed next to the back end."""

import json
import time
from typing import Any

import pytest

from local.backend import LocalBackend
from local.bigcommerce import App, Store, uninstall_url
from local.loopback_http import get
from tests.examples.conftest import TIMEOUT_SECONDS, Deploy, install

pytestmark = pytest.mark.emulated

FUNCTION = "store-list"


def listed(backend: LocalBackend, table: str, store: Store) -> dict[str, Any]:
    key = {"organization_id": {"S": "acme"}, "store_hash": {"S": store.hash}}
    item = backend.emulator.aws.dynamodb.get_item(TableName=table, Key=key).get("Item", {})
    return {name: next(iter(value.values())) for name, value in item.items()}


def await_listed(
    backend: LocalBackend, table: str, store: Store, *, installed: bool
) -> dict[str, Any]:
    give_up_at = time.monotonic() + 60
    while (item := listed(backend, table, store)).get("installed") is not installed:
        assert time.monotonic() < give_up_at, item
        time.sleep(0.1)
    return item


def test_a_store_is_listed_while_the_app_is_installed(
    deployed: LocalBackend, app: App, store: Store, deploy_example: Deploy
) -> None:
    bus_name = deployed.outputs["eventBusArn"].rpartition("/")[2]
    table = deploy_example("event_consumer", eventBusName=bus_name).outputs["storesTable"]
    install(deployed, store)
    created = await_listed(deployed, table, store, installed=True)
    assert get(uninstall_url(app, store, store.owner), TIMEOUT_SECONDS).status == 200
    removed = await_listed(deployed, table, store, installed=False)

    # The earlier event again, as EventBridge may deliver it.
    detail = {**created, "revision": int(created["revision"])}
    event = {"detail-type": "InstallationCreated", "detail": detail}
    answer = deployed.emulator.aws.lambda_.invoke(FunctionName=FUNCTION, Payload=json.dumps(event))
    assert "FunctionError" not in answer
    assert listed(deployed, table, store) == removed
