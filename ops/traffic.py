"""What BigCommerce sent to the apps of a deployment, read from the functions' logs.

The logs have a line for each call, which names the app. A consent's line also has its scopes.
"""

import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ops.aws_errors import explained
from ops.aws_session import session
from ops.errors import CommandError
from ops.logs_insights import QueryError, rows
from ops.outputs import Outputs
from portal.fields import AUTH, CALLBACK_FIELDS, CallbackField
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
_LONGEST_SECONDS = 30
# What only BigCommerce can bring about: an external install that failed is redirected too, and the
# check's own calls succeed. Only the newest line of an app is of interest.
_QUERY = f"""\
fields @timestamp, @message
| filter @message like /"status":(200|302)/
| filter @message not like /"error":|"store_hash":"{CHECK_STORE_PREFIX}/
| sort @timestamp desc
| dedup organization_id
| limit 10000"""


class TrafficUnknownError(Exception):
    """The logs cannot be read; the message says why, in one line."""


@dataclass(frozen=True)
class _Call:
    day: date
    line: Mapping[str, Any]


def traffic(
    outputs: Outputs,
    organization_ids: Collection[str],
    *,
    pause: Callable[[float], None] = time.sleep,
) -> dict[str, Traffic]:
    """Return the traffic of these apps by organization ID; `pause` waits some seconds for a query.

    Raises:
        TrafficUnknownError: the AWS credentials do not allow it, or a query failed.
    """
    days = min(REACH_DAYS, outputs.registration.log_retention_days)
    found: dict[CallbackField, Mapping[str, _Call]] = {field: {} for field in CALLBACK_FIELDS}
    try:
        logs = session(outputs).client("logs", config=_CONFIG)
        for reach in sorted({RECENT_DAYS, days}):
            queries = {
                field: _start(logs, outputs.text(field.log_group_output), reach)
                for field, calls in found.items()
                if not calls.keys() >= set(organization_ids)
            }
            found |= {
                field: _newest(rows(logs, id_, longest_seconds=_LONGEST_SECONDS, pause=pause))
                for field, id_ in queries.items()
            }
    except (ClientError, BotoCoreError) as error:
        policy = outputs.texts.get("operatorPolicyArn", "")
        raise TrafficUnknownError(one_line(explained(error, policy))) from None
    except QueryError as error:
        raise TrafficUnknownError(f"the query of the logs {error}; run the command again") from None
    except CommandError as error:
        raise TrafficUnknownError(one_line(str(error))) from None
    return {id_: _traffic_of(id_, found, days) for id_ in organization_ids}


def _start(logs: "CloudWatchLogsClient", log_group: str, days: int) -> str:
    now = datetime.now(UTC)
    return logs.start_query(
        logGroupName=log_group,
        startTime=int((now - timedelta(days=days)).timestamp()),
        endTime=int(now.timestamp()) + 1,
        queryString=_QUERY,
    )["queryId"]


def _newest(newest_first: list[dict[str, str]]) -> Mapping[str, _Call]:
    """Return the newest call of each app.

    This repeats the query's filters, which the embedded AWS does not evaluate.
    """
    calls: dict[str, _Call] = {}
    for row in newest_first:
        line = json.loads(row["@message"])
        if "error" not in line and not str(line.get("store_hash")).startswith(CHECK_STORE_PREFIX):
            day = datetime.fromisoformat(row["@timestamp"]).date()
            calls.setdefault(str(line.get("organization_id")), _Call(day, line))
    return calls


def _traffic_of(
    organization_id: str, found: Mapping[CallbackField, Mapping[str, _Call]], days: int
) -> Traffic:
    calls = {
        field: of_apps[organization_id]
        for field, of_apps in found.items()
        if organization_id in of_apps
    }
    consent = None
    if (auth := calls.get(AUTH)) and "granted_scopes" in auth.line:
        scopes = (frozenset(auth.line[f"{name}_scopes"]) for name in ("granted", "configured"))
        consent = Consent(auth.day, *scopes)
    return Traffic(days, {field.key: call.day for field, call in calls.items()}, consent)
