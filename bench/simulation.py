"""Which limit is met first as loads come faster, and as one store gets more users: simulated.

Discrete events with a fixed seed, so that the same settings give the same tables. Left out: who
tries again after a refusal, other traffic of the account, and what DynamoDB lends a partition.
"""

import heapq
import random
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from bench.tables import markdown
from components.settings import Functions, RouteThrottle, Throttle
from lambdas.records import installation_item
from lambdas.records.installation import Installation, User
from lambdas.records.installation_table import ATTEMPTS, PAUSE_SECONDS

SEED = 1

# Sources: "Lambda quotas", "Lambda scaling behavior" and "Understanding Lambda function scaling" in
# the Lambda developer guide, and "Amazon API Gateway quotas".
CONCURRENCY, NEW_ACCOUNT = 1_000, 10
INVOCATIONS_A_CONCURRENCY = 10  # a second
SCALING_RATE, SCALING_AT_ONCE = 100, 1_000  # environments of a function
API_RATE, API_BURST = 10_000, 5_000
CORE_MEGABYTES = 1_769  # with which a function has a core
# Sources: "DynamoDB on-demand capacity mode", "DynamoDB burst and adaptive capacity" and "Quotas in
# Amazon DynamoDB" in the DynamoDB developer guide.
PARTITION_READS, PARTITION_WRITES, TABLE_READS = 3_000, 1_000, 12_000
UNIT_OF_READ, UNIT_OF_WRITE, LARGEST_ITEM = 4_096, 1_024, 400 * 1_024

SECRET_READS = 10_000  # a second; source: "AWS Secrets Manager quotas" in its user guide

# Seconds, taken for what is not measured: a read of DynamoDB, a write, a read of a secret, and what
# Lambda needs to make an environment and its first connections.
READ, WRITE, SECRET, START = 0.005, 0.010, 0.010, 0.3
PHASE_SECONDS, STORE_SECONDS = 5.0, 60.0
NEW_USERS = (1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50)  # a second
REFUSED = 0.01
USERS = (1, 100, 1_000, 3_000)


@dataclass
class Bucket:
    """A limit as AWS keeps it: so many a second, and so many at once."""

    rate: float
    size: float
    at: float = 0
    tokens: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self.size

    def take(self, now: float, count: float = 1) -> bool:
        """Take so many, if there are so many."""
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < count:
            return False
        self.tokens -= count
        return True


@dataclass(frozen=True)
class Case:
    """Loads a second in the first five seconds, which find no environment, and in the next five."""

    rates: tuple[int, int]
    throttle: RouteThrottle = Throttle().load
    concurrency: int = CONCURRENCY
    apps: int = 1


@dataclass
class Phase:
    """What became of the loads of five seconds: counts, and executions at once at most."""

    loads: int = 0
    cold: int = 0
    secrets: int = 0
    at_once: int = 0
    refused: Counter[str] = field(default_factory=Counter)


RAISED = RouteThrottle(rate=API_RATE, burst=API_BURST)
CASES = (
    Case((10, 10)),
    Case((10, 10), concurrency=NEW_ACCOUNT),
    Case((10, 200)),
    Case((1_000, 1_000)),
    Case((1_000, 1_000), RAISED),
    Case((1_000, 1_000), RAISED, NEW_ACCOUNT),
    Case((1_000, 1_000), RAISED, apps=1_000),
    Case((10_000, 10_000), RAISED),
    Case((10_000, 10_000), RAISED, 10 * CONCURRENCY),
    Case((10_000, 10_000), RAISED, 10 * CONCURRENCY, apps=1_000),
)


def seconds(measured: dict[str, Any]) -> tuple[float, float]:
    """How long a cold load and a warm one keep an environment: CPU at the function's share of a
    core, and the calls of AWS.
    """
    slower = CORE_MEGABYTES / Functions().memory_size
    cold, warm = (measured["load"][name]["median"] * slower for name in ("cold", "warm"))
    return START + cold + READ, warm + READ


def loads(case: Case, cold: float, warm: float) -> list[Phase]:
    """Simulate a case; a phase for each rate."""
    random_ = random.Random(SEED)  # noqa: S311 (not cryptography)
    backend, phases = _Backend(case, cold, warm), []
    for number, rate in enumerate(case.rates):
        now, end = number * PHASE_SECONDS, (number + 1) * PHASE_SECONDS
        phases.append(phase := Phase())
        while (now := now + random_.expovariate(rate)) < end:
            backend.load(now, random_.randrange(case.apps), phase)
    return phases


class _Backend:
    """The limits of a case, and Lambda's environments, which are taken in turn.

    An environment is the set of apps whose profile and secret it has read.
    """

    def __init__(self, case: Case, cold: float, warm: float) -> None:
        invocations = INVOCATIONS_A_CONCURRENCY * case.concurrency
        self._before = {
            "`throttle.load`": Bucket(case.throttle.rate, case.throttle.burst),
            "API Gateway's requests of an account": Bucket(API_RATE, API_BURST),
            "Lambda's requests of an account": Bucket(invocations, invocations),
        }
        self._new = Bucket(SCALING_RATE, SCALING_AT_ONCE)
        self._table = Bucket(TABLE_READS, TABLE_READS)
        self._secrets = Bucket(SECRET_READS, SECRET_READS)
        self._concurrency, self._cold, self._warm = case.concurrency, cold, warm
        self._idle: deque[set[int]] = deque()
        self._busy: list[tuple[float, int, set[int]]] = []  # until when, and which

    def load(self, now: float, app: int, phase: Phase) -> None:
        """Take a load of an app, and count what becomes of it."""
        while self._busy and self._busy[0][0] <= now:
            self._idle.append(heapq.heappop(self._busy)[-1])
        phase.loads += 1
        limit = self._limit_before(now)
        if limit is None:
            start = not self._idle
            known = set() if start else self._idle.popleft()
            news = app not in known
            limit = self._limit_of_reads(now, news=news)
            if limit is None:
                known.add(app)
            phase.cold += start
            phase.secrets += news
            ends = now + (self._cold if start else self._warm) + news * (READ + SECRET)
            heapq.heappush(self._busy, (ends, phase.loads, known))
            phase.at_once = max(phase.at_once, len(self._busy))
        if limit is not None:
            phase.refused[limit] += 1

    def _limit_before(self, now: float) -> str | None:
        """Which limit keeps a load from an environment, if one does."""
        for name, bucket in self._before.items():
            if not bucket.take(now):
                return name
        if len(self._busy) >= self._concurrency:
            return "Lambda's executions at once"
        if not self._idle and not self._new.take(now):
            return "Lambda's new environments"
        return None

    def _limit_of_reads(self, now: float, *, news: bool) -> str | None:
        """Which limit a load meets that reads a store; of a new app its profile and secret too."""
        if news and not self._secrets.take(now):
            return "Secrets Manager's reads"
        return None if self._table.take(now, 1 + news) else "a new table's reads"


def item_bytes(users: int) -> int:
    """The size of a store's item with so many users."""
    record = Installation(
        client_id="c" * 31,
        installed_at=1_700_000_000,
        granted_at_ms=1_700_000_000_000,
        access_token=b"t" * 200,
        scopes=("store_v2_orders_read_only",) * 5,
        account_uuid="0" * 36,
        owner_id="1234567",
        users={
            id_: User(id_, "someone@shop.example.com", 1_700_000_000)
            for id_ in map(str, range(1_000_000, 1_000_000 + users))
        },
    )
    item = installation_item.item("0" * 36, "abc1234567", record, 1_000)
    return sum(len(name) + _bytes(value) for name, value in item.items())


def _bytes(value: dict[str, Any]) -> int:
    """Source: "DynamoDB item sizes and formats" in its developer guide."""
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return len(content) // 2 + 2
        case "L":
            return 3 + sum(1 + _bytes(each) for each in content)
        case "M":
            return 3 + sum(1 + len(name) + _bytes(each) for name, each in content.items())
        case _:
            return len(content)


def refused_users(rate: float, size: int) -> float:
    """The share of new users of one store who are refused, as so many a second open the app.

    Each reads the item and writes it whole; again, if another wrote it in between.
    """
    random_ = random.Random(SEED)  # noqa: S311 (not cryptography)
    reads, writes = (Bucket(units, units) for units in (PARTITION_READS, PARTITION_WRITES))
    arrivals, now = [], 0.0
    while (now := now + random_.expovariate(rate)) < STORE_SECONDS:
        arrivals.append(now)
    # When, the attempt, and the revision that was read: None where it is still to be read.
    events: list[tuple[float, int, int | None]] = [(each, 0, None) for each in arrivals]
    revision = refused = 0
    while events:
        now, attempt, seen = heapq.heappop(events)
        # A write that fails its condition costs what it would have written.
        bucket, unit = (reads, UNIT_OF_READ) if seen is None else (writes, UNIT_OF_WRITE)
        if not bucket.take(now, -(-size // unit)):
            refused += 1
        elif seen is None:
            heapq.heappush(events, (now + READ + WRITE, attempt, revision))
        elif seen == revision:
            revision += 1
        elif attempt + 1 == ATTEMPTS:
            refused += 1
        else:
            pause = random_.uniform(0, PAUSE_SECONDS * 2**attempt)
            heapq.heappush(events, (now + pause, attempt + 1, None))
    return refused / len(arrivals)


def load_rows(measured: dict[str, Any]) -> str:
    """The table of docs/scale.md about loads, from what was measured of the functions."""
    cold, warm = seconds(measured)
    heads = ["Loads a second", "Apps", "`throttle.load`", "Lambda's concurrency"]
    heads += ["Executions at once", "Waited for a start", "Refused"]
    heads += ["Then at once", "Then refused", "Secrets read a second", "By"]
    return markdown(heads, [_load_cells(case, *loads(case, cold, warm)) for case in CASES])


def _load_cells(case: Case, first: Phase, then: Phase) -> list[str]:
    limits = dict.fromkeys((*first.refused, *then.refused))
    return [
        ", then ".join(f"{rate:,}" for rate in dict.fromkeys(case.rates)),
        f"{case.apps:,}",
        f"{case.throttle.rate:,g}, at once {case.throttle.burst:,}",
        f"{case.concurrency:,}",
        f"{first.at_once:,}",
        f"{first.cold / first.loads:.0%}",
        f"{first.refused.total() / first.loads:.0%}",
        f"{then.at_once:,}",
        f"{then.refused.total() / then.loads:.0%}",
        f"{max(first.secrets, then.secrets) / PHASE_SECONDS:,.0f}",
        ", ".join(limits) or "nothing",
    ]


def user_rows() -> str:
    """The table of docs/scale.md about the users of one store."""
    heads = ["Users of one store", "Item, KB", "Loads a second", "Units a write"]
    heads += ["New users a second by these units", "New users a second, 99 of 100 let in"]
    each = item_bytes(2) - item_bytes(1)
    most = 1 + (LARGEST_ITEM - item_bytes(1)) // each
    return markdown(
        heads, [*map(_user_cells, USERS), [f"{most:,}", "400", *["", "", "", "none: 503"]]]
    )


def _user_cells(users: int) -> list[str]:
    size = item_bytes(users)
    units = -(-size // UNIT_OF_WRITE)
    return [
        f"{users:,}",
        f"{size / 1_024:.0f}",
        f"{PARTITION_READS // -(-size // UNIT_OF_READ):,}",
        f"{units}",
        f"{PARTITION_WRITES // units:,}",
        f"{max(rate for rate in NEW_USERS if refused_users(rate, size) <= REFUSED)}",
    ]
