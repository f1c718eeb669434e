"""The body of the CloudWatch dashboard, and the saved queries."""

from collections.abc import Mapping, Sequence
from typing import Any

from ops.check.store_prefix import STORE_PREFIX

_HEIGHT = 6  # of a row, in the dashboard's grid of 24 columns

# Saved queries of the functions' logs, by name. The error says how a call went, not the
# status: an external install that failed is redirected too, and what takes no calls has none.
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


def body(
    region: str, api_id: str, functions: Mapping[str, str], log_groups: Mapping[str, str]
) -> dict[str, Any]:
    """The dashboard's body: the API, a row a function, then calls by app.

    Args:
        region: where the metrics are.
        api_id: the HTTP API's id.
        functions: by the function's name in the stack, that in AWS.
        log_groups: by the same, its log group's name.
    """
    rows = [
        [
            _metrics(
                region,
                "Answers",
                [["AWS/ApiGateway", name, "ApiId", api_id] for name in ("Count", "4xx", "5xx")],
            ),
            _metrics(
                region,
                "Latency, ms",
                [
                    ["AWS/ApiGateway", "Latency", "ApiId", api_id, {"stat": stat}]
                    for stat in ("p50", "p99")
                ],
            ),
        ],
        *(_function_row(region, name, functions[name], log_groups[name]) for name in functions),
        [
            _log(region, title, [log_groups[function]], SUCCEEDED_BY_APP)
            for title, function in (
                ("Installs by app", "auth"),
                ("Loads by app", "load"),
                ("Uninstalls by app", "uninstall"),
            )
        ],
    ]
    return {"widgets": [widget for y, row in enumerate(rows) for widget in _placed(row, y)]}


# Without the check of a deployment, whose uninstalls succeed.
SUCCEEDED_BY_APP = (
    'filter message = "callback answered" and not ispresent(error)'
    f' and @message not like /"store_hash":"{STORE_PREFIX}/'
    " | stats count(*) as calls by organization_id | sort calls desc"
)
# Only what answers calls has a status.
LOGGED = "filter ispresent(message) | stats count(*) by bin(5m), message, status"


def _function_row(region: str, name: str, function: str, log_group: str) -> list[dict[str, Any]]:
    counted = ("Invocations", "Errors", "Throttles")
    return [
        _metrics(
            region,
            f"{name}: executions",
            [["AWS/Lambda", metric, "FunctionName", function] for metric in counted],
        ),
        _metrics(
            region,
            f"{name}: duration, ms",
            [
                ["AWS/Lambda", "Duration", "FunctionName", function, {"stat": stat}]
                for stat in ("p50", "p99")
            ],
        ),
        _log(region, f"{name}: what was logged", [log_group], LOGGED),
    ]


def _metrics(region: str, title: str, metrics: list[list[Any]]) -> dict[str, Any]:
    properties = {"title": title, "region": region, "stat": "Sum", "period": 300}
    return {"type": "metric", "properties": {**properties, "metrics": metrics}}


def _log(region: str, title: str, log_groups: Sequence[str], query: str) -> dict[str, Any]:
    sources = " | ".join(f"SOURCE '{name}'" for name in log_groups)
    properties = {"title": title, "region": region, "query": f"{sources} | {query}"}
    return {"type": "log", "properties": {**properties, "view": "table"}}


def _placed(row: Sequence[dict[str, Any]], y: int) -> list[dict[str, Any]]:
    width = 24 // len(row)
    size = {"width": width, "height": _HEIGHT, "y": y * _HEIGHT}
    return [{**widget, **size, "x": x * width} for x, widget in enumerate(row)]
