"""The body of the CloudWatch dashboard, and the saved queries."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.traffic import CHECK_STORE_PREFIX

_Widget = dict[str, Any]
_HEIGHT = 6  # of a row, in the dashboard's grid of 24 columns

# Saved queries of the functions' logs, by name. They use the error and not the status: a failed
# external install is a redirect too, and functions without a route have no status.
QUERIES = {
    "request of an error page": (
        "fields @timestamp, @log, status, error, reason, organization_id, store_hash\n"
        '| filter request_id = "REQUEST_ID"\n'
        "| sort @timestamp"
    ),
    "what failed and why": (
        'filter level = "ERROR"\n'
        "| stats count(*) as times, latest(request_id) as request by message, error, reason, @log\n"
        "| sort times desc"
    ),
    "what was refused and why": (
        'filter message = "callback answered" and ispresent(error)\n'
        "| stats count(*) as calls, latest(request_id) as request by error, reason, @log\n"
        "| sort calls desc"
    ),
    "the calls of one store": (
        "fields @timestamp, @log, message, status, error, reason, request_id\n"
        '| filter store_hash = "STORE_HASH"\n'
        "| sort @timestamp desc"
    ),
}


# Excludes the check of a deployment, whose uninstalls succeed.
SUCCEEDED_BY_APP = (
    'filter message = "callback answered" and not ispresent(error)'
    f' and @message not like /"store_hash":"{CHECK_STORE_PREFIX}/'
    " | stats count(*) as calls by organization_id | sort calls desc"
)
# Only functions with a route log a status.
LOGGED = "filter ispresent(message) | stats count(*) by bin(5m), message, status"


def body(
    region: str, api_id: str, functions: Mapping[str, str], log_groups: Mapping[str, str]
) -> dict[str, Any]:
    """Return the dashboard's body: the API, a row for each function, then calls by app.

    `functions` and `log_groups` map a function's name in the stack to the names in AWS.
    """
    rows = [
        [
            _counts("Answers", "AWS/ApiGateway", "ApiId", api_id, ("Count", "4xx", "5xx")),
            _milliseconds("Latency, ms", "AWS/ApiGateway", "Latency", "ApiId", api_id),
        ],
        *(_function_row(name, functions[name], log_groups[name]) for name in functions),
        [
            _log(f"{title} by app", log_groups[function], SUCCEEDED_BY_APP)
            for title, function in (
                ("Installs", "auth"),
                ("Loads", "load"),
                ("Uninstalls", "uninstall"),
            )
        ],
    ]
    return {"widgets": [each for y, row in enumerate(rows) for each in _placed(region, row, y)]}


def _function_row(name: str, function: str, log_group: str) -> list[_Widget]:
    counts = ("Invocations", "Errors", "Throttles")
    return [
        _counts(f"{name}: executions", "AWS/Lambda", "FunctionName", function, counts),
        _milliseconds(f"{name}: duration, ms", "AWS/Lambda", "Duration", "FunctionName", function),
        _log(f"{name}: log lines", log_group, LOGGED),
    ]


def _counts(
    title: str, namespace: str, dimension: str, value: str, metrics: Sequence[str]
) -> _Widget:
    return _metrics(title, [[namespace, metric, dimension, value] for metric in metrics])


def _milliseconds(title: str, namespace: str, metric: str, dimension: str, value: str) -> _Widget:
    percentiles = ({"stat": "p50"}, {"stat": "p99"})
    return _metrics(title, [[namespace, metric, dimension, value, each] for each in percentiles])


def _metrics(title: str, metrics: list[list[Any]]) -> _Widget:
    properties = {"title": title, "stat": "Sum", "period": 300, "metrics": metrics}
    return {"type": "metric", "properties": properties}


def _log(title: str, log_group: str, query: str) -> _Widget:
    query = f"SOURCE '{log_group}' | {query}"
    return {"type": "log", "properties": {"title": title, "query": query, "view": "table"}}


def _placed(region: str, row: Sequence[_Widget], y: int) -> list[_Widget]:
    width = 24 // len(row)
    size = {"width": width, "height": _HEIGHT, "y": y * _HEIGHT}
    return [
        {**each, "properties": {**each["properties"], "region": region}, **size, "x": x * width}
        for x, each in enumerate(row)
    ]
