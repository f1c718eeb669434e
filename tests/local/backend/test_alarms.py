"""The alarms on the functions' metrics, driven by the log lines of the deployed functions.

The embedded AWS reads no metrics from logs, so the test puts them. It ignores an alarm's
dimensions, so the test compares them. It ignores missing data, so no test sees the silence alarm go
off.
"""

import json
from typing import Any

import pytest

from components.alarms import ALARMS, FUNCTIONS_NAMESPACE, silence
from components.table_stream import LATE_MILLISECONDS
from local.backend import PROJECT, LocalBackend
from local.bigcommerce import faults, load_url
from local.loopback_http import get

pytestmark = pytest.mark.emulated

OWN = {each.name: each for each in (*ALARMS, *silence(1)) if each.namespace == FUNCTIONS_NAMESPACE}
PREFIX = f"{PROJECT}-local-"


def written(backend: LocalBackend) -> list[dict[str, Any]]:
    """Return the metrics in the functions' logs, as PutMetricData takes them."""
    logs = backend.emulator.aws.logs
    found = []
    for group in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]:
        for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]:
            line = json.loads(event["message"]) if event["message"].startswith("{") else {}
            for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
                assert directive["Namespace"] == FUNCTIONS_NAMESPACE
                (names,) = directive["Dimensions"]
                dimensions = [{"Name": name, "Value": line[name]} for name in names]
                found += [
                    {
                        "MetricName": metric["Name"],
                        "Dimensions": dimensions,
                        "Unit": metric["Unit"],
                        "Value": line[metric["Name"]],
                    }
                    for metric in directive["Metrics"]
                ]
    return found


def test_each_alarm_goes_off_when_the_functions_log_its_metric(ready: LocalBackend) -> None:
    aws, app = ready.emulator.aws, ready.apps[1]
    store = ready.bigcommerce.add_store("A store")
    install = ready.bigcommerce.auth_callback_url(app, store, store.owner)
    assert get(install, 30).status == 200
    ready.bigcommerce.token_endpoint.next_answers.extend(
        [faults.html] * int(OWN["token-exchange-failures"].threshold)
    )
    while ready.bigcommerce.token_endpoint.next_answers:
        url = ready.bigcommerce.auth_callback_url(app, store, store.owner)
        assert get(url, 30).status == 502
    forged = load_url(app, store, store.owner) + "x"
    for _ in range(int(OWN["signature-refusals"].threshold)):
        assert get(forged, 30).status == 401
    secret = f"{PROJECT}/local/apps/{app.organization_id}"
    aws.secretsmanager.delete_secret(SecretId=secret, RecoveryWindowInDays=7)
    removal = f"{app.callback_urls.remove_user}?signed_payload_jwt=a"  # of a cold function
    assert get(removal, 30).status == 503
    aws.secretsmanager.restore_secret(SecretId=secret)

    metrics = written(ready)
    states = {
        each["AlarmName"].removeprefix(PREFIX): each
        for each in aws.cloudwatch.describe_alarms()["MetricAlarms"]
    }
    for start in range(0, len(metrics), 20):
        aws.cloudwatch.put_metric_data(
            Namespace=FUNCTIONS_NAMESPACE, MetricData=metrics[start : start + 20]
        )
    assert {each["StateValue"] for each in states.values()} == {"INSUFFICIENT_DATA"}
    for alarm in OWN.values():
        watched = [each for each in metrics if each["MetricName"] == alarm.metric]
        assert {json.dumps(each["Dimensions"]) for each in watched} == {
            json.dumps(states[alarm.name]["Dimensions"])
        }
        (after,) = aws.cloudwatch.describe_alarms(AlarmNames=[PREFIX + alarm.name])["MetricAlarms"]
        assert after["StateValue"] == ("OK" if alarm.name == "silence" else "ALARM"), alarm.name


def test_late_changes_raise_an_alarm_for_each_function_that_consumes_them(
    ready: LocalBackend,
) -> None:
    cloudwatch = ready.emulator.aws.cloudwatch
    late = {
        alarm["AlarmName"].removeprefix(PREFIX): alarm
        for alarm in cloudwatch.describe_alarms()["MetricAlarms"]
        if alarm["MetricName"] == "IteratorAge"
    }
    assert set(late) == {"rutter-changes-late", "event-changes-late"}
    for age, state in ((LATE_MILLISECONDS - 1, "OK"), (LATE_MILLISECONDS, "ALARM")):
        for name, alarm in late.items():
            cloudwatch.put_metric_data(
                Namespace=alarm["Namespace"],
                MetricData=[
                    {"MetricName": "IteratorAge", "Dimensions": alarm["Dimensions"], "Value": age}
                ],
            )
            (after,) = cloudwatch.describe_alarms(AlarmNames=[PREFIX + name])["MetricAlarms"]
            assert after["StateValue"] == state, name
