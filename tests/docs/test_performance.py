"""docs/performance.md: its tables are those of what was measured last."""

import json
from pathlib import Path

import pytest

from bench import callbacks, deployments
from bench.__main__ import PERFORMANCE, RESULTS
from bench.tables import put

MEASURED = json.loads(RESULTS.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "table",
    [
        callbacks.rows(MEASURED["callbacks"]["cpu_seconds"]),
        deployments.rows(MEASURED["deployments"]),
    ],
    ids=["callbacks", "deployments"],
)
def test_a_table_is_what_was_measured(table: str) -> None:
    assert f"\n{table}\n" in PERFORMANCE.read_text(encoding="utf-8")


def test_every_function_was_measured() -> None:
    assert set(MEASURED["callbacks"]["cpu_seconds"]) == set(callbacks.WHAT)


def test_a_table_takes_the_place_of_the_one_with_its_heads_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("One\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nTwo\n", encoding="utf-8")

    put("| a | b |\n| --- | --- |\n| 3 | 4 |\n| 5 | 6 |", page)

    after = page.read_text(encoding="utf-8")
    assert after == "One\n\n| a | b |\n| --- | --- |\n| 3 | 4 |\n| 5 | 6 |\n\nTwo\n"
    with pytest.raises(ValueError, match="no table with the heads"):
        put("| c |\n| --- |", page)
