"""The consumers of the table's stream lose nothing, and report every failure."""

import json

import pytest

from components.rutter_connect import CHANGES, CONNECT
from components.store_events import STORE_EVENTS
from lambdas.records import installation_item
from lambdas.records.installation import Uninstall, Uninstalled
from lambdas.rutter import connection_table
from tests.components.recorder import Recording
from tests.components.recordings import Recorder
from tests.components.stacks import TWO_APPS
from tests.components.test_stack_function import variables

BUS = "bigcommerce-test-installations"
ARN = "arn:aws:sqs:us-east-1:123456789012:bigcommerce-test-"


@pytest.mark.parametrize(
    ("name", "function", "failed"),
    [
        ("rutter-changes", CONNECT.name, "rutter-failed"),
        ("event-changes", STORE_EVENTS.name, "events-failed"),
    ],
)
def test_a_change_is_retried_until_it_is_12_hours_old_and_then_kept(
    everything: Recording, name: str, function: str, failed: str
) -> None:
    mapping = everything.one("EventSourceMapping", name).inputs
    assert mapping["functionName"] == f"bigcommerce-test-{function}"
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["bisectBatchOnFunctionError"]
    # AWS discards a change at its age or its number of retries, whichever it reaches first.
    assert mapping["maximumRecordAgeInSeconds"] == 12 * 3600
    assert mapping["maximumRetryAttempts"] == -1
    assert mapping["destinationConfig"] == {"onFailure": {"destinationArn": ARN + failed}}


def test_events_change_nothing_else(two_apps: Recording, record: Recorder) -> None:
    published = record(TWO_APPS | {"events": True})
    assert [each.urn for each in two_apps.resources if each not in published.resources] == []
    assert {**published.outputs, "eventBusArn": ""} == two_apps.outputs
    assert (
        published.outputs["eventBusArn"] == f"arn:aws:events:us-east-1:123456789012:event-bus/{BUS}"
    )
    assert variables(published.one("Function", STORE_EVENTS.name))["EVENT_BUS_NAME"] == BUS


def test_events_are_of_every_change_of_records_and_connections(everything: Recording) -> None:
    mapping = everything.one("EventSourceMapping", "event-changes").inputs
    (pattern,) = (json.loads(each["pattern"]) for each in mapping["filterCriteria"]["filters"])
    sort_keys = [installation_item.SORT_KEY, connection_table.SORT_KEY]
    assert pattern == {"dynamodb": {"Keys": {"sk": {"S": sort_keys}}}}


def test_what_failed_is_kept_for_14_days_and_every_queue_is_encrypted(
    everything: Recording,
) -> None:
    for queue in everything.all("Queue"):
        assert queue.inputs["messageRetentionSeconds"] == 14 * 86_400
        assert queue.inputs["sqsManagedSseEnabled"] is True


def test_what_the_reconciler_writes_does_not_invoke_it(everything: Recording) -> None:
    mapping = everything.one("EventSourceMapping", "rutter-changes").inputs
    (pattern,) = (json.loads(each["pattern"]) for each in mapping["filterCriteria"]["filters"])
    assert pattern == CHANGES
    record = Uninstalled("id", Uninstall(1, 1), 2)
    item = installation_item.item("acme", "abc", record, 1)
    assert item["sk"]["S"] in pattern["dynamodb"]["Keys"]["sk"]["S"]
    # Callbacks write this attribute into every record; the reconciler only ever removes it.
    assert pattern["dynamodb"]["NewImage"] == {"connection_due": {"N": [{"exists": True}]}}
    assert "N" in item["connection_due"]
    assert connection_table.key("a", "b")["sk"]["S"] not in pattern["dynamodb"]["Keys"]["sk"]["S"]
