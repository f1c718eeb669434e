"""StoreEvents: there only where it is wanted, and what its function may do."""

import json

from components.store_events import STORE_EVENTS
from lambdas.records import installation_item
from lambdas.rutter import connection_table
from tests.components.recorder import Recording
from tests.components.recordings import Recorder
from tests.components.stacks import TWO_APPS
from tests.components.test_rutter_connect import MAPPING
from tests.components.test_stack_function import (
    FUNCTION,
    variables,
)

BUS_ARN = "arn:aws:events:us-east-1:123456789012:event-bus/bigcommerce-test-installations"
FAILED_ARN = "arn:aws:sqs:us-east-1:123456789012:bigcommerce-test-events-failed"


def test_setting_adds_the_bus_its_function_and_their_parts_and_changes_nothing_else(
    two_apps: Recording, record: Recorder
) -> None:
    told = record(TWO_APPS | {"events": True})
    assert [each.urn for each in two_apps.resources if each not in told.resources] == []
    assert {**told.outputs, "eventBusArn": ""} == two_apps.outputs
    assert told.outputs["eventBusArn"] == BUS_ARN


def test_stream_tells_of_every_change_of_records_and_connections(customized: Recording) -> None:
    own = variables(customized.one(FUNCTION, STORE_EVENTS.name))
    assert own["EVENT_BUS_NAME"] == "bigcommerce-test-installations"
    mapping = customized.one(MAPPING).inputs
    (pattern,) = (json.loads(each["pattern"]) for each in mapping["filterCriteria"]["filters"])
    sort_keys = [installation_item.SORT_KEY, connection_table.SORT_KEY]
    assert pattern == {"dynamodb": {"Keys": {"sk": {"S": sort_keys}}}}
    assert mapping["destinationConfig"] == {"onFailure": {"destinationArn": FAILED_ARN}}
