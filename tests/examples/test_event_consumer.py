"""The consumer of the events, deployed next to the back end."""

import json
from typing import Any

import pytest

from local.backend import LocalBackend
from local.bigcommerce import App, Store, uninstall_url
from local.loopback_http import get
from tests.examples.conftest import TIMEOUT_SECONDS, Deploy, install
from tests.local.waiting import until

pytestmark = pytest.mark.emulated

FUNCTION = "store-list"


def listed(backend: LocalBackend, table: str, store: Store) -> dict[str, Any]:
    key = {"organization_id": {"S": "acme"}, "store_hash": {"S": store.hash}}
    item = backend.emulator.aws.dynamodb.get_item(TableName=table, Key=key).get("Item", {})
    return {name: next(iter(value.values())) for name, value in item.items()}


def test_a_store_is_listed_while_the_app_is_installed(
    deployed: LocalBackend, app: App, store: Store, deploy_example: Deploy
) -> None:
    bus_name = deployed.outputs["eventBusArn"].rpartition("/")[2]
    table = deploy_example("event_consumer", eventBusName=bus_name).outputs["storesTable"]
    install(deployed, store)
    assert until(lambda: listed(deployed, table, store).get("installed") is True)
    created = listed(deployed, table, store)
    assert get(uninstall_url(app, store, store.owner), TIMEOUT_SECONDS).status == 200
    assert until(lambda: listed(deployed, table, store)["installed"] is False)
    removed = listed(deployed, table, store)

    # The earlier event again, as EventBridge may deliver it.
    detail = {**created, "revision": int(created["revision"])}
    event = {"detail-type": "InstallationCreated", "detail": detail}
    answer = deployed.emulator.aws.lambda_.invoke(FunctionName=FUNCTION, Payload=json.dumps(event))
    assert "FunctionError" not in answer
    assert listed(deployed, table, store) == removed
