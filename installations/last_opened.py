"""When stores last opened the app, from the log of the load function.

A load by a user who is known writes nothing, so the table does not know. CloudWatch Logs Insights
does, as far back as the log is kept.
"""

import time
from collections.abc import Mapping
from datetime import UTC, date, datetime

from registration.errors import CommandError

from .progress import Counted
from .stack import Stack

# Groups that Insights gives at most.
MOST_STORES = 10_000
PAUSE_SECONDS = 1.0
LONGEST_SECONDS = 15 * 60  # Insights itself gives up after an hour

QUERY = f"""\
filter message = "callback answered" and status < 400
| stats max(toMillis(@timestamp)) as opened by organization_id, store_hash
| sort opened desc
| limit {MOST_STORES}"""

_RUNNING = {"Scheduled", "Running"}


def last_opened(stack: Stack, days: int) -> Mapping[tuple[str, str], date]:
    """The day (UTC) each store last opened its app, by organization id and store hash.

    Of more than MOST_STORES, those that did so last.

    Raises:
        CommandError: the query failed, or took too long.
        ClientError, BotoCoreError: the call failed.
    """
    now = int(time.time())
    query = stack.logs.start_query(
        logGroupName=stack.load_log_group,
        startTime=now - days * 86_400,
        endTime=now,
        queryString=QUERY,
    )["queryId"]
    with Counted("Asking the log"):
        for _ in range(int(LONGEST_SECONDS / PAUSE_SECONDS)):
            answer = stack.logs.get_query_results(queryId=query)
            if answer["status"] not in _RUNNING:
                break
            time.sleep(PAUSE_SECONDS)
    if answer["status"] != "Complete":
        raise CommandError(
            f"The query of {stack.load_log_group} ended as {answer['status']}. Ask for fewer days."
        )
    rows = ({each["field"]: each["value"] for each in row} for row in answer["results"])
    return {
        (row["organization_id"], row["store_hash"]): _day(row["opened"])
        for row in rows
        if row.keys() >= {"organization_id", "store_hash", "opened"}
    }


def _day(milliseconds: str) -> date:
    return datetime.fromtimestamp(float(milliseconds) / 1000, UTC).date()
