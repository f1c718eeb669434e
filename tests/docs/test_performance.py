"""docs/performance.md: its table is the one of what was measured last."""

import json

from bench import callbacks
from bench.__main__ import RESULTS


def test_the_table_is_what_was_measured() -> None:
    measured = json.loads(RESULTS.read_text(encoding="utf-8"))["callbacks"]["cpu_seconds"]

    assert callbacks.rows(measured) in callbacks.PAGE.read_text(encoding="utf-8")
    assert set(measured) == set(callbacks.WHAT)
