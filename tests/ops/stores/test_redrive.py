"""`redrive`: what it says, whatever had failed."""

import argparse
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from lambdas.rutter.requests import Request
from ops.stores.commands import redrive
from ops.stores.stack import Stack
from ops.stores.store import Store

# A place in the stream: nobody knows of which stores the changes are.
PLACE = '{"DDBStreamBatchInfo": {}}'


@pytest.mark.parametrize(
    ("failed", "installed", "said"),
    [
        ([], ["a", "b"], "Nothing had failed."),
        (["a"], ["a", "b"], "1 store sent again."),
        (["a", "b"], ["a", "b"], "2 stores sent again."),
        ([PLACE, PLACE], ["a", "b"], "2 stores sent again."),
        ([PLACE], [], "0 stores sent again."),
    ],
)
def test_what_was_sent_again_is_said(
    failed: Sequence[str],
    installed: Sequence[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bodies = [each if each == PLACE else Request("org-a", each).as_message() for each in failed]
    sent: list[Request] = []
    forgotten: list[Any] = []
    queues = SimpleNamespace(
        failed=lambda: [{"Body": body} for body in bodies],
        send=sent.append,
        forget=forgotten.append,
    )
    monkeypatch.setattr(redrive, "Queues", SimpleNamespace(of=lambda _: queues))
    stores = [Store("org-a", each, None, {}) for each in installed]
    monkeypatch.setattr(redrive, "listed", lambda _: stores)
    assert redrive.run(cast(Stack, None), argparse.Namespace()) == 0
    assert capsys.readouterr().out == f"{said}\n"
    assert len(forgotten) == len(failed)
    assert len(sent) == int(said[0] if said[0].isdigit() else 0)
