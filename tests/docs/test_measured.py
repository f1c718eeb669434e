"""docs/performance.md, docs/cost.md and docs/scale.md: what was measured, and the sums in them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench import callbacks, cost, memory
from bench.__main__ import RESULTS
from bench.tables import put
from components.settings.model import Functions
from lambdas.records import installation_item
from lambdas.records.installation import Installation, User
from tests.documents import table

RECORDED = json.loads(RESULTS.read_text(encoding="utf-8"))
MEASURED: callbacks.Measured = RECORDED["cpu_seconds"]
ELAPSED: memory.Elapsed = RECORDED["elapsed_seconds"]


def test_pages_are_what_the_measurements_and_the_prices_say() -> None:
    assert tuple(MEASURED) == callbacks.WHAT
    for each in (callbacks.table(MEASURED), memory.table(ELAPSED)):
        assert f"\n{each}\n" in callbacks.PAGE.read_text(encoding="utf-8")
    assert cost.PAGE.read_text(encoding="utf-8") == cost.page(MEASURED)


@pytest.mark.parametrize("in_group", [False, True])
def test_a_function_is_measured_from_its_start_to_its_warm_calls(
    in_group: bool, tmp_path: Path
) -> None:
    group = tmp_path / "cgroup.procs"
    with callbacks.bundle() as folder:
        seconds = callbacks.run("load", folder, calls=2, group=group if in_group else None)
        with pytest.raises(SystemExit, match="no_function failed"):
            callbacks.run("no_function", folder)

    assert seconds["start"] + seconds["first"] == pytest.approx(seconds["cold"])
    assert min(seconds.values()) > 0
    assert (in_group and group.read_text().strip().isdigit()) == group.exists()


def test_the_page_has_the_prices_of_shorter_starts() -> None:
    page = " ".join(callbacks.PAGE.read_text(encoding="utf-8").split())
    gigabytes, month = Functions().memory_size / 1_024 * len(ELAPSED), cost.MINUTES * 60
    provisioned, snapshots, restored = (
        cost.PRICES["lambda_provisioned_gb_second"] * gigabytes * month,
        cost.PRICES["lambda_snapshot_gb_second"] * gigabytes * month,
        cost.PRICES["lambda_restored_gb"] * Functions().memory_size / 1_024 * 1_000,
    )
    assert f"{provisioned:.2f} USD a month" in page
    assert f"{snapshots:.2f} USD a month, and {restored:.2f} USD for a thousand starts" in page


def test_a_table_takes_the_place_of_the_one_with_its_heads_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("One\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nTwo\n", encoding="utf-8")

    put("| a | b |\n| --- | --- |\n| 3 | 4 |\n| 5 | 6 |", page)

    after = page.read_text(encoding="utf-8")
    assert after == "One\n\n| a | b |\n| --- | --- |\n| 3 | 4 |\n| 5 | 6 |\n\nTwo\n"
    with pytest.raises(ValueError, match="no table with the heads"):
        put("| c |\n| --- |", page)


def numbers(*heads: str) -> Iterator[list[int]]:
    """The rows of a table of docs/scale.md, its first columns as numbers."""
    for row in table("docs/scale.md", *heads):
        yield [int(cell.replace(",", "")) for cell in row if cell.replace(",", "").isdigit()]


def item_bytes(users: int) -> int:
    added = (
        User(str(1_000_000 + n), "someone@shop.example.com", 1_700_000_000) for n in range(users)
    )
    record = Installation(
        client_id="c" * 31,
        installed_at=1_700_000_000,
        granted_at_ms=1_700_000_000_000,
        access_token=b"t" * 200,
        scopes=("store_v2_orders_read_only",) * 5,
        account_uuid="0" * 36,
        owner_id="1234567",
        users={user.id: user for user in added},
    )
    item = installation_item.item("0" * 36, "abc1234567", record, 1_000)
    return sum(len(name) + size(value) for name, value in item.items())


def size(value: dict[str, Any]) -> int:
    """Source: "DynamoDB item sizes and formats" in its developer guide."""
    ((kind, content),) = value.items()
    if kind == "M":
        return 3 + sum(1 + len(name) + size(each) for name, each in content.items())
    if kind == "L":
        return 3 + sum(1 + size(each) for each in content)
    return len(content) // 2 + 2 if kind == "N" else len(content)


def test_users_of_a_store_are_limited_by_the_units_of_a_partition() -> None:
    rows = list(numbers("Users of one store", "Item, KB", "Loads a second", "New users a second"))
    for users, kilobytes, loads, new_users in rows:
        bytes_ = item_bytes(users)
        expected = (
            round(bytes_ / 1_024),
            3_000 // -(-bytes_ // 4_096),
            1_000 // -(-bytes_ // 1_024),
        )
        assert (kilobytes, loads, new_users) == expected, users
    largest, limit = rows[-1][0], 400 * 1_024
    assert item_bytes(largest) <= limit < item_bytes(largest + 1)
    # docs/cost.md counts with these.
    assert item_bytes(5) <= cost.ITEM_BYTES <= 1_024 * (cost.WRITE_UNITS - 2)


def test_loads_take_environments_for_as_long_as_they_last() -> None:
    heads = ("Loads a second", "Environments, warm", "Environments, after a deployment")
    for loads, warm, cold in numbers(*heads, "First bottleneck", "How to raise it"):
        assert (warm, cold) == (-(-loads // 100), loads)
