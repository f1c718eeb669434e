"""The sweep with 10,000 stores: how often Rutter is called, within Rutter's limit."""

import heapq
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from bench.cost import RECONCILER_STORES, RECONCILER_UNSETTLED, reconciler_calls
from components.rutter_connect import SWEEP_MINUTES
from lambdas.rutter import connection_table, requests, sweep
from lambdas.rutter.connection import Connection, complete, record_poll

SWEEP_SECONDS = 60 * SWEEP_MINUTES
# Source: Rutter's documentation, requests in 10 seconds from an organization.
RUTTERS_LIMIT = 500


class Fleet:
    """Stores, when each is due, and when Rutter is called for one.

    The sweep is the real one, and so are the rules that say when a connection is due next.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, due: dict[str, int]) -> None:
        self.now = 0
        self.due = due
        self.connections: dict[str, Connection] = {}
        self.calls: list[int] = []
        self.batches = 0
        self._messages: list[tuple[int, str]] = []
        monkeypatch.setattr(connection_table, "due", self._list_due)
        monkeypatch.setattr(requests, "send", self._send_all)

    def run(self, seconds: int, state: str) -> None:
        """Let time pass, with sweeps; every call to Rutter returns this state."""
        end = self.now + seconds
        while self.now < end:
            sweep.sweep(["app"], now=self.now, seconds=SWEEP_SECONDS)
            self.now += SWEEP_SECONDS
            while self._messages and self._messages[0][0] < self.now:
                self._reconcile(*heapq.heappop(self._messages), state)

    def _list_due(self, app: str, now: int) -> Iterator[tuple[str, str]]:
        found = sorted((at, store) for store, at in self.due.items() if at <= now)
        return iter([(app, store) for _, store in found])

    def _send_all(self, delayed: Any) -> None:
        self.batches += -(-len(delayed) // requests.BATCH)
        for request, delay in delayed:
            heapq.heappush(self._messages, (self.now + delay, request.store_hash))

    def _reconcile(self, at: int, store: str, state: str) -> None:
        self.calls.append(at)
        known = self.connections.get(store)
        if known is None:
            after = complete(Connection(generation=1), store, None, state, now=at)
        else:
            after = record_poll(known, state, None, installed=True, now=at)
        self.connections[store] = after
        self.due.pop(store, None)
        if after.due is not None:
            self.due[store] = after.due

    @property
    def most_in_ten_seconds(self) -> int:
        counts = Counter(self.calls)
        return max(sum(counts[at + later] for later in range(10)) for at in counts)


def test_rutter_switched_on_for_10000_stores_connects_them_within_20_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stores = RECONCILER_STORES
    fleet = Fleet(monkeypatch, {f"store{index}": 0 for index in range(stores)})
    fleet.run(20 * 60, "active")
    assert len(fleet.connections) == len(fleet.calls) == stores
    assert max(fleet.calls) <= stores / sweep.STORES_PER_SECOND
    assert fleet.most_in_ten_seconds <= RUTTERS_LIMIT / 5
    assert fleet.due == {}


def test_unsettled_stores_cost_the_calls_that_the_cost_page_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fleet = Fleet(monkeypatch, {f"store{index}": 0 for index in range(RECONCILER_UNSETTLED)})
    fleet.run(86_400, "not_ready")
    calls, batches = len(fleet.calls), fleet.batches
    fleet.run(86_400, "not_ready")

    computed = reconciler_calls(RECONCILER_UNSETTLED)
    an_hour = (len(fleet.calls) - calls) / 24
    # A poll waits for the next sweep, so that there are a few less.
    assert 0.9 * computed["Rutter"] <= an_hour <= computed["Rutter"]
    assert fleet.most_in_ten_seconds <= RUTTERS_LIMIT / 5
    sweeps = 3600 / SWEEP_SECONDS
    assert computed["Lambda"] == computed["Rutter"] + sweeps
    assert (fleet.batches - batches) / 24 <= computed["Rutter"] / requests.BATCH + sweeps
