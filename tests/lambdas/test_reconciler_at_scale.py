"""The sweep with 10,000 stores: how often Rutter is called, within Rutter's limit."""

import heapq
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from bench.cost import RECONCILER_STORES, RECONCILER_UNSETTLED, reconciler_calls
from components.rutter_connect import CONCURRENT_STORES, SWEEP_MINUTES
from lambdas.rutter import connection_table, requests, sweep
from lambdas.rutter.connection import Connection, complete, record_poll

SWEEP_SECONDS = 60 * SWEEP_MINUTES
# Source: Rutter's documentation, requests in 10 seconds from an organization.
RUTTERS_LIMIT = 500


class Fleet:
    """Stores, when each is due, the queue, its workers, and when Rutter is called for a store.

    The sweep is the real one, and so are the rules that say when a connection is due next.
    """

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, stores: int, *, seconds_a_call: float
    ) -> None:
        self.now = 0.0
        self.due: dict[str, int] = {f"store{index}": 0 for index in range(stores)}
        self.connections: dict[str, Connection] = {}
        self.calls: list[float] = []
        self.batches = 0
        self.most_waiting = 0
        self._seconds_a_call = seconds_a_call
        self._messages: list[tuple[float, str]] = []
        self._workers = [0.0] * CONCURRENT_STORES  # when each is free
        monkeypatch.setattr(connection_table, "due", self._list_due)
        monkeypatch.setattr(requests, "waiting", lambda: len(self._messages))
        monkeypatch.setattr(requests, "send", self._send)

    def run(self, seconds: int, state: str) -> None:
        """Let time pass, with sweeps; every call to Rutter returns this state."""
        end = self.now + seconds
        while self.now < end:
            sweep.sweep(["app"], now=int(self.now), seconds=SWEEP_SECONDS)
            self.most_waiting = max(self.most_waiting, len(self._messages))
            self.now += SWEEP_SECONDS
            while self._messages and max(self._messages[0][0], min(self._workers)) < self.now:
                visible_at, store = heapq.heappop(self._messages)
                begins_at = max(visible_at, heapq.heappop(self._workers))
                heapq.heappush(self._workers, begins_at + self._reconcile(begins_at, store, state))

    def _list_due(self, app: str, now: int) -> Iterator[tuple[str, str]]:
        found = sorted((at, store) for store, at in self.due.items() if at <= now)
        return iter([(app, store) for _, store in found])

    def _send(self, delayed: Any) -> None:
        self.batches += -(-len(delayed) // requests.BATCH)
        for request, delay in delayed:
            heapq.heappush(self._messages, (self.now + delay, request.store_hash))

    def _reconcile(self, at: float, store: str, state: str) -> float:
        """Reconcile a store, unless a message before did, and return how long that takes."""
        if self.due.get(store, at + 1) > at:
            return 0.05
        self.calls.append(at)
        known, now = self.connections.get(store), int(at)
        if known is None:
            after = complete(Connection(generation=1), store, None, state, now=now)
        else:
            after = record_poll(known, state, None, installed=True, now=now)
        self.connections[store] = after
        self.due.pop(store)
        if after.due is not None:
            self.due[store] = after.due
        return self._seconds_a_call

    @property
    def most_in_ten_seconds(self) -> int:
        counts = Counter(map(int, self.calls))
        return max(sum(counts[at + later] for later in range(10)) for at in counts)


@pytest.mark.parametrize(("seconds_a_call", "minutes"), [(0.2, 20), (1, 40), (3, 120)])
def test_rutter_switched_on_for_10000_stores_connects_them_at_rutters_own_pace(
    monkeypatch: pytest.MonkeyPatch, seconds_a_call: float, minutes: int
) -> None:
    fleet = Fleet(monkeypatch, RECONCILER_STORES, seconds_a_call=seconds_a_call)
    fleet.run(minutes * 60, "active")
    assert len(fleet.connections) == len(fleet.calls) == RECONCILER_STORES
    assert fleet.most_in_ten_seconds <= RUTTERS_LIMIT / 4
    assert fleet.due == {}
    # However slow Rutter is, the queue has no more than one sweep's stores.
    assert fleet.most_waiting <= sweep.STORES_PER_SECOND * SWEEP_SECONDS


def test_unsettled_stores_cost_the_calls_that_the_cost_page_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fleet = Fleet(monkeypatch, RECONCILER_UNSETTLED, seconds_a_call=0.2)
    fleet.run(86_400, "not_ready")
    calls, batches = len(fleet.calls), fleet.batches
    fleet.run(86_400, "not_ready")

    computed = reconciler_calls(RECONCILER_UNSETTLED)
    an_hour = (len(fleet.calls) - calls) / 24
    # A poll waits for the next sweep, so there are a few less.
    assert 0.9 * computed["Rutter"] <= an_hour <= computed["Rutter"]
    assert fleet.most_in_ten_seconds <= RUTTERS_LIMIT / 4
    sweeps = 3600 / SWEEP_SECONDS
    assert computed["Lambda"] == computed["Rutter"] + sweeps
    assert (fleet.batches - batches) / 24 <= computed["Rutter"] / requests.BATCH + sweeps
