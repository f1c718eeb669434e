"""The queries of the functions' logs find the lines that the functions write."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from components.dashboard import LOGGED, QUERIES, SUCCEEDED_BY_APP
from lambdas import store_events
from local.bigcommerce import faults
from ops.check.signed_payload import signed_payload
from tests.lambdas.backend import EXTERNAL, Callbacks, Countdown, callback_url
from tests.lambdas.conftest import Logs

# What CloudWatch's "Boolean, comparison, numeric, datetime, and other functions" has of conditions,
# as far as the queries use it.
CONDITIONS: dict[str, Callable[..., bool]] = {
    r"ispresent\((\w+)\)": lambda line, name: name in line,
    r"not ispresent\((\w+)\)": lambda line, name: name not in line,
    r'(\w+) = "(.*)"': lambda line, name, value: line.get(name) == value,
    r"(@message) not like /(.*)/": lambda line, name, text: not re.search(text, line[name]),
}


def holds(condition: str, line: Mapping[str, Any]) -> bool:
    (result,) = (
        evaluate(line, *match.groups())
        for form, evaluate in CONDITIONS.items()
        if (match := re.fullmatch(form, condition))
    )
    return result


def found(logs: Logs, query: str) -> list[tuple[str | None, int | None]]:
    """Message and status of each line that a query counts."""
    filters = re.findall(r"(?:^|\| )filter (.*?)(?: \||\n|$)", query)
    conditions = [each for text in filters for each in text.split(" and ")]
    assert conditions
    printed = [json.loads(text) | {"@message": text} for text in logs.text.splitlines()]
    lines = [line for line in printed if all(holds(each, line) for each in conditions)]
    return [(line.get("message"), line.get("status")) for line in lines]


SUCCEEDED = ("callback answered", 200)
FAILED_INSTALL = ("callback failed", 302)
REFUSED_INSTALL = ("callback answered", 302)
REFUSED_LOAD = ("callback answered", 401)
NOT_PUBLISHED = ("change not published", None)
# As they are written: an installation, then what `written` does.
REFUSED = [REFUSED_INSTALL, REFUSED_LOAD]
ALL = [SUCCEEDED, FAILED_INSTALL, *REFUSED, SUCCEEDED, SUCCEEDED, NOT_PUBLISHED]


@pytest.fixture
def written(installed: Callbacks, logs: Logs) -> Logs:
    """A log of everything: external installs that end as a redirect, and what takes no calls."""
    app, backend = installed.app, installed.backend
    link = installed.url(EXTERNAL)
    for fault in (faults.rate_limited(9), faults.status(400)):
        installed.bigcommerce.token_endpoint.next_answers.append(fault)
        backend.get(link)
    backend.get(callback_url(app, "load", signed_payload_jwt="gibberish"))
    installed.get("load")
    check = signed_payload(app.client_id, app.client_secret)
    backend.get(callback_url(app, "uninstall", signed_payload_jwt=check))
    store_events.handler({"Records": [{"dynamodb": {"SequenceNumber": "1"}}]}, Countdown(9))
    return logs


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        (QUERIES["what failed and why"], [FAILED_INSTALL, NOT_PUBLISHED]),
        (QUERIES["what was refused and why"], REFUSED),
        (SUCCEEDED_BY_APP, [SUCCEEDED, SUCCEEDED]),  # but for the check of the deployment
        (LOGGED, ALL),
    ],
    ids=["failed", "refused", "by app", "logged"],
)
def test_a_query_filters_by_the_error_and_not_by_the_status(
    query: str, lines: list[tuple[str, int | None]], written: Logs
) -> None:
    assert found(written, query) == lines
