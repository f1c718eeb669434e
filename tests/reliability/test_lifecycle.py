"""The deployed callbacks against the model: any order, any replay, two concurrently."""

import logging
import os

import pytest

from local.backend import LocalBackend
from local.loopback_http import get
from tests.reliability.lives import Life
from tests.reliability.model import Callback
from tests.reliability.records import Records
from tests.reliability.soak import FAULTS, Plan, Soak

pytestmark = pytest.mark.emulated

logger = logging.getLogger(__name__)


def test_the_deployed_callbacks_do_what_the_model_says(ready: LocalBackend) -> None:
    short = Plan(callbacks=160, stores=16, at_once=4, seed=1, fault_share=0.1)
    plan = Plan() if "SOAK" in os.environ else short
    soak = Soak(ready, plan)
    problems = soak.run()
    for event, count in sorted(soak.events.items()):
        logger.info("%5d x %s", count, event)
    assert problems == []
    assert soak.events.keys() >= set(FAULTS)


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
