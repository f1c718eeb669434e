"""Wait for a query of CloudWatch Logs Insights."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

PAUSE_SECONDS = 0.5


class QueryError(Exception):
    """A query returned no rows; the message, a part of a sentence, says how it ended."""


def rows(
    logs: "CloudWatchLogsClient",
    query_id: str,
    *,
    longest_seconds: int,
    pause: Callable[[float], None],
) -> list[dict[str, str]]:
    """Return the rows of a query that was started; `pause` waits some seconds for it.

    Raises:
        QueryError: it failed, or took too long.
        ClientError, BotoCoreError: the call failed.
    """
    for _ in range(int(longest_seconds / PAUSE_SECONDS)):
        answer: Any = logs.get_query_results(queryId=query_id)
        if answer["status"] == "Complete":
            return [{each["field"]: each["value"] for each in row} for row in answer["results"]]
        if answer["status"] not in ("Running", "Scheduled"):
            raise QueryError(f"ended as {answer['status']}")
        pause(PAUSE_SECONDS)
    raise QueryError(f"took longer than {longest_seconds} seconds")
