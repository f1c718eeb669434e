"""The deployed callbacks against the model: any order, any replay, two at once."""

import logging
import os
import time

import pytest

from local.backend import LocalBackend
from local.bigcommerce import load_url, uninstall_url
from local.loopback_http import get
from tests.reliability.lives import Life
from tests.reliability.model import Callback
from tests.reliability.plan import FAULT_SHARE, FAULTS, Plan
from tests.reliability.records import Records
from tests.reliability.soak import Soak

pytestmark = pytest.mark.emulated

logger = logging.getLogger(__name__)


def test_the_deployed_callbacks_do_what_the_model_says(ready: LocalBackend) -> None:
    plan = Plan() if "SOAK" in os.environ else Plan(callbacks=300, stores=20, at_once=4, seed=1)
    soak = Soak(ready, plan)
    problems = soak.run()
    for event, count in sorted(soak.events.items()):
        logger.info("%5d x %s", count, event)
    assert problems == []
    assert sum(soak.events[fault] for fault in FAULTS) == plan.callbacks * FAULT_SHARE


def test_a_new_installation_stands_though_bigcommerce_s_clock_is_ahead(ready: LocalBackend) -> None:
    bigcommerce, app = ready.bigcommerce, ready.apps[0]
    store = bigcommerce.add_store("A store")
    ahead = int(time.time()) + 8
    uninstalled = uninstall_url(app, store, store.owner, issued_at=ahead)

    assert get(bigcommerce.auth_callback_url(app, store, store.owner), 30).status == 200
    assert get(uninstalled, 30).status == 200
    assert get(bigcommerce.auth_callback_url(app, store, store.owner), 30).status == 200
    assert get(uninstalled, 30).status == 200  # delivered once more
    assert get(load_url(app, store, store.owner), 30).status == 200


def test_the_marker_of_an_uninstalled_store_expires(ready: LocalBackend) -> None:
    dynamodb, table = ready.emulator.aws.dynamodb, ready.outputs["installationsTable"]
    life = Life(ready.bigcommerce, ready.apps[0])
    for callback in (Callback.INSTALL, Callback.UNINSTALL):
        assert get(life.issue(callback, 0).url, 30).status == 200

    marker = Records(ready).item(life)
    assert marker is not None
    time_to_live = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert time_to_live == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    assert int(marker["expires_at"]["N"]) - int(marker["uninstalled_at"]["N"]) == 30 * 86_400
