"""docs/performance.md and docs/scale.md: their tables say what was measured, or follow from it."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench import callbacks, simulation
from bench.__main__ import RESULTS, tables
from bench.simulation import NEW_ACCOUNT, RAISED, Case
from bench.tables import put
from components.settings import RouteThrottle


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    return dict(json.loads(RESULTS.read_text(encoding="utf-8")))


def test_the_tables_are_those_of_what_was_measured(results: dict[str, Any]) -> None:
    for page, table in tables(results):
        assert f"\n{table}\n" in page.read_text(encoding="utf-8")
    assert set(results["callbacks"]["cpu_seconds"]) == set(callbacks.WHAT)


def test_a_table_takes_the_place_of_the_one_with_its_heads_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("One\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nTwo\n", encoding="utf-8")

    put("| a | b |\n| --- | --- |\n| 3 | 4 |\n| 5 | 6 |", page)

    after = page.read_text(encoding="utf-8")
    assert after == "One\n\n| a | b |\n| --- | --- |\n| 3 | 4 |\n| 5 | 6 |\n\nTwo\n"
    with pytest.raises(ValueError, match="no table with the heads"):
        put("| c |\n| --- |", page)


@pytest.mark.parametrize(
    ("case", "limit"),
    [
        (Case((20, 20)), None),
        (Case((20, 20), RouteThrottle(rate=10, burst=10)), "`throttle.load`"),
        (Case((20, 20), concurrency=2), "Lambda's executions at once"),
        (Case((1, 200), RAISED, NEW_ACCOUNT), "Lambda's requests of an account"),
        (Case((3_000, 1), RAISED, 10_000), "Lambda's new environments"),
        (Case((900, 9_000), RAISED, 10_000, apps=100_000), "a new table's reads"),
    ],
)
def test_loads_are_refused_by_the_limit_that_they_exceed(case: Case, limit: str | None) -> None:
    phases = simulation.loads(case, cold=1, warm=0.01)
    refusals = phases[0].refused + phases[1].refused

    assert (refusals.most_common(1)[0][0] if refusals else None) == limit
    assert all(phase.at_once <= case.concurrency for phase in phases)
    # Each environment reads the secret of each app it meets, once.
    assert case.apps > 1 or phases[1].secrets == phases[1].cold


def test_new_users_hold_each_other_up_before_their_units_are_used_up() -> None:
    small, large = (simulation.item_bytes(users) for users in (1, 1_000))

    assert simulation.refused_users(2, large) == 0
    assert 0 < simulation.refused_users(100, small) < simulation.refused_users(100, large)
