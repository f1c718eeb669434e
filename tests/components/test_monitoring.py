"""Monitoring: the alarms, whom they notify, the dashboard and the queries."""

import json
import re
from typing import Any

from components import dashboard
from components.alarms import ALARMS, silence
from components.callbacks import CALLBACKS
from tests.components.recorder import API_ID, Recording
from tests.documents import ROOT

STACK = "bigcommerce-test"
FUNCTIONS = [*(callback.name for callback in CALLBACKS), "store-events"]
TOPIC_ARN = "arn:aws:sns:us-east-1:123456789012:bigcommerce-test-alarms"


def alarms(recording: Recording) -> dict[str, dict[str, Any]]:
    return {each.name: each.inputs for each in recording.all("MetricAlarm")}


def test_every_alarm_notifies_the_topic_and_links_to_its_section(everything: Recording) -> None:
    headings = re.findall(r"^### (.*)$", (ROOT / "docs/alarms.md").read_text(), re.MULTILINE)
    titles = [alarm.title for alarm in (*ALARMS, *silence(24))]
    assert [
        *titles,
        "Changes are processed late",
        "Events were not published",
        "Stores could not be connected to Rutter",
    ] == headings
    for alarm in alarms(everything).values():
        assert alarm["alarmActions"] == alarm["okActions"] == [TOPIC_ARN]
        title, _, link = alarm["alarmDescription"].partition(": ")
        anchor = title.lower().replace(" ", "-")
        assert link == f"docs/alarms.md#{anchor}"


def test_each_alarm_has_its_metric_and_condition(everything: Recording) -> None:
    """tests/local/backend/test_alarms.py has those of late changes and of this program's metrics.

    Sources: "Working with metrics for HTTP APIs" (API Gateway), "Types of metrics for Lambda
    functions" (Lambda) and "Available CloudWatch metrics for Amazon SQS"."""
    at_least, api = "GreaterThanOrEqualToThreshold", {"ApiId": API_ID}
    conditions: dict[str, tuple[Any, ...]] = {
        "api-failures": ("AWS/ApiGateway", "5xx", api, "Sum", at_least, 5, 5, 1),
        "api-latency": ("AWS/ApiGateway", "Latency", api, "p99", at_least, 5_000, 5, 3),
        **{
            f"function-{metric.lower()}-{name}": (
                *("AWS/Lambda", metric, {"FunctionName": f"{STACK}-{name}"}),
                *("Sum", at_least, 1, 5, 1),
            )
            for metric in ("Errors", "Throttles")
            for name in (*FUNCTIONS, "rutter-connect", "rutter-webhook")
        },
        **{
            name: (
                *("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
                *({"QueueName": f"{STACK}-{name}"}, "Maximum", at_least, 1, 5, 1),
            )
            for name in ("events-failed", "rutter-failed")
        },
        "silence": (
            *("BigCommerceApp", "InstalledOrOpened", {"service": STACK}),
            *("Sum", "LessThanThreshold", 1, 60, 24),
        ),
    }
    found = alarms(everything)
    assert (
        conditions.items()
        <= {
            name: (
                *(alarm["namespace"], alarm["metricName"], alarm["dimensions"]),
                alarm.get("statistic") or alarm["extendedStatistic"],
                *(alarm["comparisonOperator"], alarm["threshold"]),
                *(alarm["period"] // 60, alarm["evaluationPeriods"]),
            )
            for name, alarm in found.items()
        }.items()
    )
    missing = {name: alarm["treatMissingData"] for name, alarm in found.items()}
    assert missing.pop("silence") == "breaching"
    assert set(missing.values()) == {"notBreaching"}


def test_alarms_notify_the_configured_addresses(customized: Recording) -> None:
    subscriptions = customized.all("TopicSubscription")
    assert [(each.inputs["protocol"], each.inputs["endpoint"]) for each in subscriptions] == [
        ("email", "oncall@example.com"),
        ("https", "https://events.example.com/alarms"),
    ]
    assert not any("example" in each.name for each in subscriptions)
    assert [each.secret_inputs for each in subscriptions] == [["endpoint"]] * 2


def test_the_dashboard_has_a_row_for_each_function_and_counts_by_app(customized: Recording) -> None:
    found = customized.one("Dashboard").inputs
    widgets = json.loads(found["dashboardBody"])["widgets"]
    rows: dict[int, list[str]] = {}
    for widget in widgets:
        rows.setdefault(widget["y"], []).append(widget["properties"]["title"])
        assert widget["x"] + widget["width"] <= 24
    titles = list(rows.values())
    assert titles[0] == ["Answers", "Latency, ms"]
    assert [row[0].partition(":")[0] for row in titles[1:-1]] == FUNCTIONS
    assert [row[-1] for row in titles[1:-1]] == [f"{name}: log lines" for name in FUNCTIONS]
    assert titles[-1] == ["Installs by app", "Loads by app", "Uninstalls by app"]
    assert "/aws/lambda/bigcommerce-test-auth" in widgets[-3]["properties"]["query"]


def test_queries_search_every_functions_log(customized: Recording) -> None:
    queries = customized.all("QueryDefinition")
    assert {
        each.inputs["name"].removeprefix("bigcommerce/test/"): each.inputs["queryString"]
        for each in queries
    } == dashboard.QUERIES
    for query in queries:
        assert query.inputs["logGroupNames"] == [
            f"/aws/lambda/bigcommerce-test-{function}" for function in FUNCTIONS
        ]
