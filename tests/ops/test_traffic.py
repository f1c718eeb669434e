"""What was seen of BigCommerce's calls: the words for it, and how the logs are asked."""

import json
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from ops import traffic as logs
from ops.outputs import read_outputs
from ops.sheet.terminal import table_text
from ops.traffic import TrafficUnknownError, traffic
from portal.fields import CALLBACK_FIELDS
from portal.sheet.documents import html_sheet, markdown_sheet
from portal.sheet.live import NOT_CONNECTED, Live
from portal.traffic import Consent, Traffic
from tests.ops.examples import outputs, outputs_json, ready, registration

DAY = date(2026, 11, 20)
APP = ready(scopes=("store_v2_orders", "store_cart"))
WRONG = "without store_v2_orders, with store_v2_products besides"


def seen(granted: str = "store_v2_orders store_cart", configured: str = "") -> Traffic:
    then = frozenset(configured.split() or APP.scopes)
    return Traffic(30, {"loadCallbackUrl": DAY}, Consent(DAY, frozenset(granted.split()), then))


@pytest.mark.parametrize(
    ("traffic", "said", "wrong"),
    [
        (Traffic(1, {}, None), "no consent in the last day", None),
        (seen(), f"as configured, {DAY}", None),
        # which BigCommerce grants without its being chosen
        *(
            (seen(f"store_v2_orders store_cart {unasked}"), f"as configured, {DAY}", None)
            for unasked in ("store_v2_default", "users_basic_information", "not_known_today")
        ),
        (seen("store_cart store_v2_products"), f"{WRONG}, {DAY}", WRONG),
        (
            seen("store_cart store_v2_products", "store_cart"),
            f"{WRONG}, {DAY}: before the configuration changed",
            None,
        ),
    ],
)
def test_scopes_that_were_sent_last_are_compared_with_those_of_the_app(
    traffic: Traffic, said: str, wrong: str | None
) -> None:
    assert traffic.last_scopes(APP) == said
    assert traffic.wrong_scopes(APP) == wrong
    stack = registration(APP)
    for shown in (
        table_text(outputs(stack), stack.apps, Live({"acme": traffic})),
        markdown_sheet(stack, live=Live({"acme": traffic})),
        html_sheet(stack, live=Live({"acme": traffic})),
    ):
        assert said in shown
        assert shown.count("not called in the last") == 4 - len(traffic.calls)
        assert ("Next, step" in shown) != (
            f"Calls from BigCommerce: {traffic.last_calls}." in shown
        )
        assert "This says it" not in shown


def test_what_was_seen_as_json() -> None:
    assert seen("store_cart").as_json(APP) == {
        "days": 30,
        "lastCalls": {field.key: None for field in CALLBACK_FIELDS}
        | {"loadCallbackUrl": "2026-11-20"},
        "lastScopes": {"day": "2026-11-20", "missing": ["store_v2_orders"], "extra": []},
    }


Asked = list[tuple[str, int]]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Traffic, Asked]]:
    """Ask logs in which the load callback was called; the log groups and days that were asked."""

    def ask_logs(status: str = "Complete") -> tuple[Traffic, Asked]:
        asked: Asked = []
        answers = ["Scheduled", "Running"]

        def start_query(**query: Any) -> dict[str, str]:
            days = (query["endTime"] - query["startTime"]) // 86_400
            asked.append((query["logGroupName"], days))
            return {"queryId": query["logGroupName"]}

        def get_query_results(queryId: str) -> dict[str, Any]:  # noqa: N803 (as AWS calls it)
            line = json.dumps({"organization_id": "acme", "status": 200})
            row = [{"field": "@timestamp", "value": "2026-11-20 08:00:00.000"}]
            row.append({"field": "@message", "value": line})
            results = [row] if queryId == "loadLogGroup" else []
            return {"status": answers.pop() if answers else status, "results": results}

        client = SimpleNamespace(start_query=start_query, get_query_results=get_query_results)
        session = SimpleNamespace(client=lambda *_, **__: client)
        monkeypatch.setattr(logs, "session", lambda _: session)
        groups = {field.log_group_output: field.log_group_output for field in CALLBACK_FIELDS}
        outputs = read_outputs(json.dumps(json.loads(outputs_json(registration(APP))) | groups))
        return traffic(outputs, ["acme"], pause=lambda _: None)["acme"], asked

    return ask_logs


def test_a_log_is_read_further_back_only_where_the_last_day_has_no_call(
    ask: Callable[..., tuple[Traffic, Asked]],
) -> None:
    found, asked = ask()
    assert found == Traffic(30, {"loadCallbackUrl": DAY}, None)
    groups = [field.log_group_output for field in CALLBACK_FIELDS]
    quiet = [group for group in groups if group != "loadLogGroup"]
    assert asked == [*((group, 1) for group in groups), *((group, 30) for group in quiet)]


@pytest.mark.parametrize(
    ("status", "why"),
    [("Failed", "ended as Failed; run"), ("Running", "took longer than 30 seconds; run")],
)
def test_a_query_that_does_not_end_well_is_said(
    ask: Callable[..., tuple[Traffic, Asked]], status: str, why: str
) -> None:
    with pytest.raises(TrafficUnknownError, match=why):
        ask(status)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({}, "no store has installed the app"),
        ({"active": 1}, "1 of 1 store active"),
        (
            {"active": 1_200, "refused": 2, NOT_CONNECTED: 1},
            "1,200 of 1,203 stores active, 1 not connected, 2 refused",
        ),
    ],
)
def test_whether_data_flows_to_rutter_is_a_line(counts: dict[str, int], said: str) -> None:
    stack = registration(ready(rutter=True))
    live = Live(connections={"acme": counts})
    line = f"Rutter: {said}; python -m ops stores list --stack dev"
    assert line in table_text(outputs(stack), stack.apps, live).splitlines()
    assert f"**Rutter**: {said}. Rutter's first sync" in markdown_sheet(stack, live=live)
    assert f"<strong>Rutter</strong>: {said}. Rutter" in html_sheet(stack, live=live)
