"""Read from the functions' logs what BigCommerce last called and sent.

The logs have a line for each call, which names the app. A consent's line also has its scopes.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ops.aws_errors import explained
from ops.aws_session import session
from ops.errors import CommandError
from ops.outputs import Outputs
from ops.scopes import compare_in_portal
from portal.fields import AUTH, CALLBACK_FIELDS
from portal.model import AppRegistration
from portal.sheet.text import one_line
from portal.traffic import CHECK_STORE_PREFIX, Consent, Traffic

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

# How far to look back, if the logs are kept for so long. A query costs by what it reads, so the
# last day comes first: it is enough for callbacks that are called often.
REACH_DAYS = 90
RECENT_DAYS = 1
_CONFIG = Config(
    connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 2, "mode": "standard"}
)
_PAUSE_SECONDS, _LONGEST_SECONDS = 0.5, 30
# Only BigCommerce's calls: a failed external install is redirected too, and the check's own calls
# succeed. The newest line of each app is enough.
_QUERY = f"""\
fields @timestamp, @message
| filter @message like /"status":(200|302)/
| filter @message not like /"error":|"store_hash":"{CHECK_STORE_PREFIX}/
| sort @timestamp desc
| dedup organization_id
| limit 10000"""

_Calls = Mapping[str, tuple[date, Mapping[str, Any]]]
"""The day and the line of the newest call, by organization ID."""


class TrafficUnknownError(Exception):
    """The logs cannot be read; the message says why, in one line."""


def traffic(
    outputs: Outputs,
    apps: Sequence[AppRegistration],
    *,
    pause: Callable[[float], None] = time.sleep,
) -> dict[str, Traffic]:
    """Return the traffic of these apps by organization ID; `pause` waits some seconds for a query.

    Raises:
        TrafficUnknownError: the AWS credentials do not allow it, or a query failed.
    """
    days = min(REACH_DAYS, outputs.registration.log_retention_days)
    wanted = {app.organization_id for app in apps}
    found: dict[str, _Calls] = {field.key: {} for field in CALLBACK_FIELDS}
    try:
        logs = session(outputs).client("logs", config=_CONFIG)
        for reach in sorted({RECENT_DAYS, days}):
            queries = {
                field.key: _start(logs, outputs.text(field.log_group_output), reach)
                for field in CALLBACK_FIELDS
                if not found[field.key].keys() >= wanted
            }
            found |= {key: _newest(_rows(logs, id_, pause)) for key, id_ in queries.items()}
    except (ClientError, BotoCoreError) as error:
        policy = outputs.texts.get("operatorPolicyArn", "")
        raise TrafficUnknownError(one_line(explained(error, policy))) from None
    except CommandError as error:
        raise TrafficUnknownError(one_line(str(error))) from None
    return {app.organization_id: _traffic_of(app, found, days) for app in apps}


def _start(logs: "CloudWatchLogsClient", log_group: str, days: int) -> str:
    now = int(time.time()) + 1
    return logs.start_query(
        logGroupName=log_group,
        startTime=now - days * 86_400,
        endTime=now,
        queryString=_QUERY,
    )["queryId"]


def _rows(
    logs: "CloudWatchLogsClient", query_id: str, pause: Callable[[float], None]
) -> list[dict[str, str]]:
    """Return the rows of a query once it is complete."""
    for _ in range(int(_LONGEST_SECONDS / _PAUSE_SECONDS)):
        answer: Any = logs.get_query_results(queryId=query_id)
        if answer["status"] == "Complete":
            return [{each["field"]: each["value"] for each in row} for row in answer["results"]]
        if answer["status"] not in ("Running", "Scheduled"):
            raise CommandError(f"The query of the logs ended as {answer['status']}. Try again.")
        pause(_PAUSE_SECONDS)
    raise CommandError(f"The query of the logs took over {_LONGEST_SECONDS} seconds. Try again.")


def _newest(newest_first: list[dict[str, str]]) -> _Calls:
    """Repeat the query's filters: the embedded AWS does not evaluate them."""
    calls: dict[str, tuple[date, Mapping[str, Any]]] = {}
    for row in newest_first:
        line = json.loads(row["@message"])
        if "error" not in line and not str(line.get("store_hash")).startswith(CHECK_STORE_PREFIX):
            day = datetime.fromisoformat(row["@timestamp"]).date()
            calls.setdefault(str(line.get("organization_id")), (day, line))
    return calls


def _traffic_of(app: AppRegistration, found: Mapping[str, _Calls], days: int) -> Traffic:
    id_ = app.organization_id
    calls = {key: each[id_] for key, each in found.items() if id_ in each}
    consent = None
    if AUTH.key in calls and "granted_scopes" in calls[AUTH.key][1]:
        day, line = calls[AUTH.key]
        compared = compare_in_portal(app.scopes, line["granted_scopes"])
        outdated = {*line["configured_scopes"]} != {*app.scopes}
        consent = Consent(day, compared.missing, compared.extra, outdated)
    return Traffic(days, {key: day for key, (day, _) in calls.items()}, consent)
