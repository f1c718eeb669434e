"""When BigCommerce last called each callback of an app, read from the functions' logs.

A callback URL that was never pasted into the portal, or pasted wrongly, is never called. The
functions' logs have a line for each call and name the app: so nothing is written for this, and it
reaches back as far as the logs are kept.
"""

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from botocore.utils import ArnParser

from registration.portal.fields import CALLBACK_FIELDS, CallbackField

from ..outputs import Outputs, OutputsError
from .signed_payload import STORE_PREFIX

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

# How far to look back; logs that are kept for less end before.
REACH = timedelta(days=90)
_POLL_SECONDS = 0.5
_POLLS = 60
_LINES = 1_000


class TrafficUnknownError(Exception):
    """The logs cannot be read; the message says why."""


def last_genuine_calls(
    outputs: Outputs, organization_id: str, *, pause: Callable[[float], None] = time.sleep
) -> dict[CallbackField, date | None]:
    """The day (UTC) each callback of an app last succeeded, which only BigCommerce can bring about.

    None where the logs hold no such call; `pause` waits some seconds for a query.

    Raises:
        TrafficUnknownError: the AWS credentials do not allow it, or a query failed.
    """
    try:
        region = ArnParser().parse_arn(outputs.text("installationsTableArn"))["region"]
        logs = boto3.client("logs", region_name=region)
        queries = {
            field: _start(logs, outputs.text(field.log_group_output), organization_id)
            for field in CALLBACK_FIELDS
        }
        return {field: _latest(_rows(logs, query, pause)) for field, query in queries.items()}
    except ClientError as error:
        raise TrafficUnknownError(error.response["Error"]["Code"]) from None
    except (BotoCoreError, OutputsError) as error:
        raise TrafficUnknownError(str(error)) from None


def _start(logs: "CloudWatchLogsClient", log_group: str, organization_id: str) -> str:
    now = datetime.now(UTC)
    query = (
        "fields @timestamp, @message"
        f' | filter @message like /"organization_id":"{re.escape(organization_id)}"/'
        ' | filter @message like /"status":(200|302)/'
        f" | sort @timestamp desc | limit {_LINES}"
    )
    return logs.start_query(
        logGroupName=log_group,
        startTime=int((now - REACH).timestamp()),
        endTime=int(now.timestamp()) + 1,
        queryString=query,
    )["queryId"]


def _rows(
    logs: "CloudWatchLogsClient", query: str, pause: Callable[[float], None]
) -> list[dict[str, str]]:
    for _ in range(_POLLS):
        answer: Any = logs.get_query_results(queryId=query)
        if answer["status"] == "Complete":
            return [{each["field"]: each["value"] for each in row} for row in answer["results"]]
        if answer["status"] not in ("Running", "Scheduled"):
            raise TrafficUnknownError(f"the query of the logs ended as {answer['status']}")
        pause(_POLL_SECONDS)
    raise TrafficUnknownError("the query of the logs takes longer than half a minute")


def _latest(rows: list[dict[str, str]]) -> date | None:
    """The day of the newest line that is BigCommerce's; the newest comes first."""
    for row in rows:
        line = json.loads(row["@message"])
        # An external install that failed is redirected too, and the check's own calls succeed.
        if "error" not in line and not str(line.get("store_hash")).startswith(STORE_PREFIX):
            return datetime.fromisoformat(row["@timestamp"]).date()
    return None
