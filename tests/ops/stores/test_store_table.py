"""The stores' items, when DynamoDB is busy."""

from types import SimpleNamespace
from typing import Any

import pytest

from ops.stores.store_table import PAUSE_SECONDS, whole_items


class Busy:
    """DynamoDB that reads no more than 60 items a call."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        ((table, wanted),) = request["RequestItems"].items()
        assert wanted["ConsistentRead"]
        assert wanted["ExpressionAttributeNames"] == {"#0": "pk"}
        keys = wanted["Keys"]
        self.asked.append(len(keys))
        rest = {table: wanted | {"Keys": keys[60:]}} if keys[60:] else {}
        return {"Responses": {table: keys[:60]}, "UnprocessedKeys": rest}


def test_keys_that_were_left_unprocessed_are_read_again_after_a_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    busy = Busy()
    stack: Any = SimpleNamespace(table_name="stores", dynamodb=busy)
    items = [{"pk": str(number)} for number in range(205)]
    keys = [{"pk": {"S": item["pk"]}} for item in items]
    assert list(whole_items(stack, keys, "pk")) == items
    assert busy.asked == [100, 40, 100, 40, 5]
    assert pauses == [PAUSE_SECONDS] * 2
