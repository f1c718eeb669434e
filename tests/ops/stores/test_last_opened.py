"""When the log is asked for what was opened last, and does not answer."""

import time
from types import SimpleNamespace
from typing import cast

import pytest

from ops.errors import CommandError
from ops.stores.last_opened import last_opened
from ops.stores.stack import Stack


@pytest.mark.parametrize(
    ("status", "said"),
    [("Timeout", "ended as Timeout"), ("Running", "took longer than 900 seconds")],
)
def test_a_query_that_does_not_end_well_is_said_with_what_to_do(
    status: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = SimpleNamespace(
        start_query=lambda **_: {"queryId": "1"},
        get_query_results=lambda **_: {"status": status, "results": []},
    )
    paused: list[float] = []
    monkeypatch.setattr(time, "sleep", paused.append)
    stack = cast(Stack, SimpleNamespace(logs=logs, load_log_group="load"))
    with pytest.raises(CommandError) as raised:
        last_opened(stack, 7)
    assert str(raised.value) == (
        f"The query of load {said}. Run the command again, or ask for fewer days."
    )
    assert sum(paused) == (900 if status == "Running" else 0)
