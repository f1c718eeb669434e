"""Monitoring: which alarms there are, whom they tell, and what a person finds."""

import json
import re
from typing import Any

import pytest

from components import dashboard
from components.alarms import ALARMS, silence
from components.callbacks import CALLBACKS
from tests.components.reading import problems
from tests.components.recorder import API_ID, Recording
from tests.components.stacks import READY
from tests.documents import ROOT

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
FUNCTIONS = [*(callback.name for callback in CALLBACKS), "store-events"]
TOPIC_ARN = "arn:aws:sns:us-east-1:123456789012:bigcommerce-test-alarms"
# Namespace, metric and dimension as AWS documents them: "Working with metrics for HTTP APIs" (API
# Gateway) and "Types of metrics for Lambda functions" (Lambda).
DOCUMENTED = {
    ("AWS/ApiGateway", "5xx", "ApiId"),
    ("AWS/ApiGateway", "Latency", "ApiId"),
    ("AWS/Lambda", "Errors", "FunctionName"),
    ("AWS/Lambda", "Throttles", "FunctionName"),
}


def alarms(recording: Recording) -> dict[str, dict[str, Any]]:
    return {each.name: each.inputs for each in recording.all(ALARM)}


def test_a_stack_without_the_setting_has_no_monitoring(ready: Recording) -> None:
    kinds = {each.type for each in ready.resources}
    assert not {kind for kind in kinds if "sns" in kind or "Alarm" in kind or "Dashboard" in kind}


def test_every_alarm_tells_the_topic_and_names_its_entry_in_the_runbook(
    customized: Recording,
) -> None:
    headings = re.findall(r"^### (.*)$", (ROOT / "docs/runbook.md").read_text(), re.MULTILINE)
    titles = [alarm.title for alarm in (*ALARMS, *silence(24))]
    assert [
        *titles,
        "Changes are processed late",
        "Events were not published",
        "Stores could not be connected to Rutter",
    ] == headings
    for name, alarm in alarms(customized).items():
        assert alarm["alarmActions"] == alarm["okActions"] == [TOPIC_ARN]
        assert alarm["name"] == f"bigcommerce-test-{name}"
        title, _, link = alarm["alarmDescription"].partition(": ")
        anchor = title.lower().replace(" ", "-")
        assert link == f"docs/runbook.md#{anchor}"


def test_there_is_an_alarm_a_function_where_the_metric_is_a_functions(
    customized: Recording,
) -> None:
    found = alarms(customized)
    for kind in ("function-errors", "function-throttles"):
        for function in FUNCTIONS:
            dimensions = found.pop(f"{kind}-{function}")["dimensions"]
            assert dimensions == {"FunctionName": f"bigcommerce-test-{function}"}
    others = {name: alarm["dimensions"] for name, alarm in found.items()}
    api, functions = {"ApiId": API_ID}, {"service": "bigcommerce-test"}
    assert others == {
        "api-failures": api,
        "api-latency": api,
        "token-exchange-failures": functions,
        "signature-refusals": functions,
        "credentials-unreadable": functions,
        "events-failed": {"QueueName": "bigcommerce-test-events-failed"},
        "event-changes-late": {"FunctionName": "bigcommerce-test-store-events"},
        "silence": functions,
    }


def test_metrics_of_aws_are_those_that_aws_documents() -> None:
    of_aws = {
        (each.namespace, each.metric, each.dimension)
        for each in ALARMS
        if each.namespace.startswith("AWS/")
    }
    assert of_aws == DOCUMENTED


def test_an_alarm_goes_on_when_the_runbook_says(customized: Recording) -> None:
    conditions: dict[str, tuple[Any, ...]] = {}
    for name, alarm in alarms(customized).items():
        # One of a function's alarms stands for those of the others, which are alike.
        kind = re.sub("^(function-[a-z]+)-.*", r"\1", name)
        condition = (
            alarm.get("statistic") or alarm["extendedStatistic"],
            alarm["comparisonOperator"],
            alarm["threshold"],
            (alarm["period"] // 60, alarm["evaluationPeriods"]),
        )
        assert conditions.setdefault(kind, condition) == condition
        assert ("statistic" in alarm) != ("extendedStatistic" in alarm)
    at_least = "GreaterThanOrEqualToThreshold"
    assert conditions == {
        "api-failures": ("Sum", at_least, 5, (5, 1)),
        "api-latency": ("p99", at_least, 5_000, (5, 3)),
        "function-errors": ("Sum", at_least, 1, (5, 1)),
        "function-throttles": ("Sum", at_least, 1, (5, 1)),
        "token-exchange-failures": ("Sum", at_least, 3, (15, 1)),
        "signature-refusals": ("Sum", at_least, 50, (5, 1)),
        "credentials-unreadable": ("Sum", at_least, 1, (5, 1)),
        "events-failed": ("Maximum", at_least, 1, (5, 1)),
        "event-changes-late": ("Maximum", at_least, 900_000, (5, 1)),
        "silence": ("Sum", "LessThanThreshold", 1, (60, 24)),
    }


def test_a_period_without_data_is_quiet_but_for_silence(customized: Recording) -> None:
    missing = {name: alarm["treatMissingData"] for name, alarm in alarms(customized).items()}
    assert missing.pop("silence") == "breaching"
    assert set(missing.values()) == {"notBreaching"}


def test_alarms_tell_those_who_are_named(customized: Recording) -> None:
    subscriptions = customized.all("aws:sns/topicSubscription:TopicSubscription")
    assert [(each.inputs["protocol"], each.inputs["endpoint"]) for each in subscriptions] == [
        ("email", "oncall@example.com"),
        ("https", "https://events.example.com/alarms"),
    ]
    assert not any("example" in each.name for each in subscriptions)
    assert [each.secret_inputs for each in subscriptions] == [["endpoint"]] * 2


def test_the_dashboard_has_a_row_a_function_and_counts_by_app(customized: Recording) -> None:
    found = customized.one("aws:cloudwatch/dashboard:Dashboard").inputs
    assert found["dashboardName"] == "bigcommerce-test"
    widgets = json.loads(found["dashboardBody"])["widgets"]
    rows: dict[int, list[str]] = {}
    for widget in widgets:
        rows.setdefault(widget["y"], []).append(widget["properties"]["title"])
        assert widget["x"] + widget["width"] <= 24
    titles = list(rows.values())
    assert titles[0] == ["Answers", "Latency, ms"]
    assert [row[0].partition(":")[0] for row in titles[1:-1]] == FUNCTIONS
    assert [row[-1] for row in titles[1:-1]] == [f"{name}: what was logged" for name in FUNCTIONS]
    assert titles[-1] == ["Installs by app", "Loads by app", "Uninstalls by app"]
    assert "/aws/lambda/bigcommerce-test-auth" in widgets[-3]["properties"]["query"]


def test_queries_ask_every_functions_log(customized: Recording) -> None:
    queries = customized.all("aws:cloudwatch/queryDefinition:QueryDefinition")
    assert {
        each.inputs["name"].removeprefix("bigcommerce/test/"): each.inputs["queryString"]
        for each in queries
    } == dashboard.QUERIES
    for query in queries:
        assert query.inputs["logGroupNames"] == [
            f"/aws/lambda/bigcommerce-test-{function}" for function in FUNCTIONS
        ]


@pytest.mark.parametrize(
    ("monitoring", "key", "what"),
    [
        ({"emails": ["oncall"]}, "monitoring.emails[0]", "is 'oncall': it must be an e-mail"),
        ({"emails": "a@example.com"}, "monitoring.emails", "must be a list"),
        ({"httpsEndpoints": ["http://a"]}, "monitoring.httpsEndpoints[0]", "https://"),
        ({"silenceHours": 169}, "monitoring.silenceHours", "168"),
        ({"email": "a@example.com"}, "monitoring.email", "did you mean monitoring.emails"),
    ],
)
def test_wrong_monitoring_is_explained(monitoring: dict[str, Any], key: str, what: str) -> None:
    (problem,) = problems(READY | {"monitoring": monitoring})
    assert problem.key == key
    assert what in str(problem)
