"""When stores last opened the app, from the load function's log.

A load by a known user writes nothing to the table. CloudWatch Logs Insights finds it, as far back
as the log is kept.
"""

import time
from collections.abc import Mapping
from datetime import UTC, date, datetime

from ops.errors import CommandError
from ops.logs_insights import QueryError, rows
from ops.stores.progress import Progress
from ops.stores.stack import Stack

# Rows that Insights returns at most.
MOST_STORES = 10_000
LONGEST_SECONDS = 15 * 60  # Insights itself gives up after an hour

QUERY = f"""\
filter message = "callback answered" and status < 400
| stats max(toMillis(@timestamp)) as opened by organization_id, store_hash
| sort opened desc
| limit {MOST_STORES}"""


def last_opened(stack: Stack, days: int) -> Mapping[tuple[str, str], date]:
    """Return the day (UTC) each store last opened its app, by organization ID and store hash.

    With more than MOST_STORES stores, these are the most recent.

    Raises:
        CommandError: the query failed, or took too long.
    """
    now = int(time.time())
    query = stack.logs.start_query(
        logGroupName=stack.load_log_group,
        startTime=now - days * 86_400,
        endTime=now,
        queryString=QUERY,
    )["queryId"]
    try:
        with Progress("Querying the log"):
            found = rows(stack.logs, query, longest_seconds=LONGEST_SECONDS, pause=time.sleep)
    except QueryError as error:
        raise CommandError(
            f"The query of {stack.load_log_group} {error}. Run the command again, or query fewer "
            "days."
        ) from None
    return {
        (row["organization_id"], row["store_hash"]): _day(row["opened"])
        for row in found
        if row.keys() >= {"organization_id", "store_hash", "opened"}
    }


def _day(milliseconds: str) -> date:
    return datetime.fromtimestamp(float(milliseconds) / 1000, UTC).date()
