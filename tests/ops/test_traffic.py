"""BigCommerce's last calls and scopes: the words for them, and how the logs are queried."""

import json
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from ops import traffic as logs
from ops.outputs import read_outputs
from ops.traffic import TrafficUnknownError, traffic
from portal.fields import CALLBACK_FIELDS
from portal.sheet.documents import html_sheet, markdown_sheet
from portal.traffic import Consent, Traffic
from tests.ops.examples import outputs_json, ready, registration

DAY = date(2026, 11, 20)
SCOPES = ["store_v2_orders", "store_cart"]
APP = ready(scopes=SCOPES)

Searched = list[tuple[str, int]]


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Traffic, Searched]]:
    """Search logs in which these callbacks were called; also return the log groups and days."""

    def search_logs(status: str = "Complete", **lines: dict[str, Any]) -> tuple[Traffic, Searched]:
        searched: Searched = []
        answers = ["Scheduled", "Running"]

        def start_query(**query: Any) -> dict[str, str]:
            days = (query["endTime"] - query["startTime"]) // 86_400
            searched.append((query["logGroupName"], days))
            return {"queryId": query["logGroupName"]}

        def get_query_results(queryId: str) -> dict[str, Any]:  # noqa: N803 (as AWS calls it)
            results = []
            if queryId in lines:
                line = json.dumps({"organization_id": "acme", "status": 200, **lines[queryId]})
                row = {"@timestamp": "2026-11-20 08:00:00.000", "@message": line}
                results = [[{"field": name, "value": row[name]} for name in row]]
            return {"status": answers.pop() if answers else status, "results": results}

        client = SimpleNamespace(start_query=start_query, get_query_results=get_query_results)
        session = SimpleNamespace(client=lambda *_, **__: client)
        monkeypatch.setattr(logs, "session", lambda _: session)
        groups = {field.log_group_output: field.log_group_output for field in CALLBACK_FIELDS}
        outputs = read_outputs(json.dumps(json.loads(outputs_json(registration(APP))) | groups))
        return traffic(outputs, [APP], pause=lambda _: None)["acme"], searched

    return search_logs


@pytest.mark.parametrize(
    ("granted", "configured", "said", "match"),
    [
        (None, SCOPES, "no consent in the last 30 days", None),
        # BigCommerce grants some scopes that no one chose.
        *(
            ([*SCOPES, *extra], SCOPES, f"as configured ({DAY})", True)
            for extra in ([], ["store_v2_default"], ["users_basic_information"], ["not_known"])
        ),
        (
            ["store_cart", "store_v2_products"],
            SCOPES,
            f"missing store_v2_orders; extra store_v2_products ({DAY})",
            False,
        ),
        (
            ["store_cart"],
            ["store_cart"],
            f"missing store_v2_orders ({DAY}, before the configuration changed)",
            None,
        ),
    ],
)
def test_the_scopes_of_the_last_consent_are_compared_with_those_of_the_app(
    search: Callable[..., tuple[Traffic, Searched]],
    granted: list[str] | None,
    configured: list[str],
    said: str,
    match: bool | None,
) -> None:
    line = {"granted_scopes": granted, "configured_scopes": configured} if granted else {}
    found, _ = search(authLogGroup=line)
    assert (found.last_scopes, found.scopes_match) == (said, match)
    calls = f"redirect-url {DAY}; not in the last 30 days: load, uninstall, remove-user"
    for render in (markdown_sheet, html_sheet):
        text = render(registration(APP), traffic={"acme": found})
        assert f"Scopes of the last consent: {said}." in text
        assert f"Calls from BigCommerce: {calls}." in text
        assert ("Edit the Scopes tab" in text) == (match is False)
        assert "To see when BigCommerce last called" not in text


def test_json_has_every_url_and_the_last_consent() -> None:
    consent = Consent(DAY, ["store_v2_orders"])
    assert Traffic(30, {"loadCallbackUrl": DAY}, consent).as_json() == {
        "days": 30,
        "lastCalls": {field.key: None for field in CALLBACK_FIELDS}
        | {"loadCallbackUrl": "2026-11-20"},
        "lastScopes": {"day": "2026-11-20", "missing": ["store_v2_orders"], "extra": []},
    }
    assert Traffic(1, {}, None).as_json()["lastScopes"] is None


def test_a_log_is_searched_further_back_only_if_the_last_day_has_no_call(
    search: Callable[..., tuple[Traffic, Searched]],
) -> None:
    found, searched = search(loadLogGroup={})
    assert found == Traffic(30, {"loadCallbackUrl": DAY}, None)
    groups = [field.log_group_output for field in CALLBACK_FIELDS]
    quiet = [group for group in groups if group != "loadLogGroup"]
    assert searched == [*((group, 1) for group in groups), *((group, 30) for group in quiet)]


@pytest.mark.parametrize(
    ("status", "why"), [("Failed", "ended as Failed"), ("Running", "took over 30 seconds")]
)
def test_a_query_that_fails_is_reported(
    search: Callable[..., tuple[Traffic, Searched]], status: str, why: str
) -> None:
    with pytest.raises(TrafficUnknownError, match=f"The query of the logs {why}. Try again"):
        search(status)
