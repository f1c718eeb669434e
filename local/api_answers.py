"""The answers of the deployed APIs: status, request ID, and the function's log line."""

from http import HTTPStatus

from local.bigcommerce.request_log import Answer
from local.emulator import Emulator
from local.emulator_middleware import answer_path
from local.loopback_http import UnreachableError, get


def find_answer(emulator: Emulator, url: str) -> Answer | None:
    """Return a deployed API's last answer to a URL, or None if no one requested it."""
    try:
        found = get(emulator.endpoint_url + answer_path(url), timeout=2)
    except UnreachableError:
        return None
    if found.status != HTTPStatus.OK:
        return None
    status, _, request_id = found.text.partition(" ")
    logs, pattern = emulator.aws.logs, f'"{request_id}"'
    groups = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]
    for name in (group["logGroupName"] for group in groups if request_id):
        for event in logs.filter_log_events(logGroupName=name, filterPattern=pattern)["events"]:
            return Answer(status, request_id, event["message"].strip())
    return Answer(status, request_id)
