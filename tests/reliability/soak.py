"""Soaks the deployed callbacks: many concurrent ones, on many stores, and some that fail.

A store takes its turns in order, one a second, with up to two concurrent callbacks. After each, the
answers and the record are compared with the model, and the whole table at the end. A store with a
problem gets no more turns.
"""

import random
import time
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from enum import StrEnum
from itertools import cycle, islice
from queue import Empty, SimpleQueue
from random import Random
from threading import Lock

from local.backend import LocalBackend
from local.bigcommerce import faults
from local.bigcommerce.faults import Fault
from local.loopback_http import UnreachableError, get
from local.rutter import failed_job, lost
from tests.reliability.lives import TIMEOUT_SECONDS, Delivery, Life
from tests.reliability.model import SIGNED, Callback
from tests.reliability.records import Records, audit, audit_connections, difference

# The status of a callback that was not answered.
NO_ANSWER = 0


class Special(StrEnum):
    """A property of a callback that changes its answer, apart from the token endpoint's faults."""

    REPLAYED = "replay or late arrival"
    HELD_BACK = "issued, and held back"
    FORGED = "forged payload"
    EXPIRED = "expired payload"


# What the token endpoint does wrong, and the status this ends in; None if it does not show.
TOKEN_FAULTS: dict[str, tuple[Sequence[Fault], int | None]] = {
    "token endpoint: 503 once": ([faults.status(503)], None),
    "token endpoint: 503 three times": ([faults.status(503)] * 3, 502),
    "token endpoint: connection reset": ([faults.reset], None),
    "token endpoint: 429": ([faults.rate_limited(1)], 502),
    "token endpoint: redirect": ([faults.redirected("https://www.example.com")], 502),
    "token endpoint: HTML": ([faults.html], 502),
    "token endpoint: truncated JSON": ([faults.truncated], 502),
    "token endpoint: no access token": ([faults.without("access_token")], 502),
    "token endpoint: another context": ([faults.with_fields(context="stores/another")], 400),
    "token endpoint: byte by byte": ([faults.byte_by_byte(0.005)], None),
    "token endpoint: answer after 8 s": ([faults.slow(8)], 504),
}
FAULTS = (Special.FORGED, Special.EXPIRED, *TOKEN_FAULTS)

# What Rutter does wrong while the callbacks are made: each once for ten stores.
RUTTER_FAULTS = (
    lost,
    faults.status(503),
    faults.reset,
    faults.rate_limited(1),
    failed_job(500),
    faults.truncated,
)
REPLAY_SHARE = 0.4
HELD_BACK_SHARE = 0.2
PAIR_SHARE = 0.35
WEIGHTS = {
    Callback.INSTALL: 20,
    Callback.LOAD: 45,
    Callback.REMOVE_USER: 20,
    Callback.UNINSTALL: 15,
}


@dataclass(frozen=True)
class Action:
    """A callback by one of a store's users, and what is special about it, if anything."""

    callback: Callback
    user: int
    special: str | None = None


Turn = tuple[Action, ...]
"""Concurrent callbacks of a store."""


@dataclass(frozen=True)
class Plan:
    """How much load.

    Attributes:
        at_once: the most stores that have a turn concurrently.
        seed: selects one of all such plans, each the same in every run.
        fault_share: the share of callbacks that fail.
    """

    callbacks: int = 2_000
    stores: int = 50
    at_once: int = 16
    limit_seconds: int = 600
    seed: int = 0
    fault_share: float = 0.05

    def turns(self) -> list[list[Turn]]:
        """Each store's turns. A store begins with a plain installation by its owner."""
        random = Random(self.seed)
        later = range(self.stores, self.callbacks)
        wrong = list(islice(cycle(FAULTS), round(self.callbacks * self.fault_share)))
        fault_at = dict(zip(random.sample(later, len(wrong)), wrong, strict=True))
        actions = [_action(random, fault_at.get(index)) for index in later]
        first = (Action(Callback.INSTALL, 0),)
        return [
            [first, *_grouped(random, actions[store :: self.stores])]
            for store in range(self.stores)
        ]


def _action(random: Random, fault: str | None) -> Action:
    user = random.randrange(2)
    (callback,) = random.choices(list(WEIGHTS), list(WEIGHTS.values()))
    if fault in TOKEN_FAULTS:
        return Action(Callback.INSTALL, user, fault)
    if fault is not None:
        return Action(random.choice(SIGNED), user, fault)
    return Action(callback, user, Special.REPLAYED if random.random() < REPLAY_SHARE else None)


def _grouped(random: Random, actions: list[Action]) -> list[Turn]:
    """Return the actions in turns of one or two, and some that are held back."""
    turns: list[Turn] = []
    while actions:
        size = 2 if random.random() < PAIR_SHARE else 1
        turn, actions = actions[:size], actions[size:]
        if random.random() < HELD_BACK_SHARE:
            turn.append(Action(random.choice(SIGNED), random.randrange(2), Special.HELD_BACK))
        turns.append(tuple(turn))
    return turns


class Soak:
    """One soak of a deployed back end whose apps are registered.

    `events` counts the answers of each callback by status, and everything that is not plain.
    """

    def __init__(self, backend: LocalBackend, plan: Plan) -> None:
        self._backend = backend
        self._plan = plan
        self._records = Records(backend)
        self.events: Counter[str] = Counter()
        self._problems: list[str] = []
        self._lock = Lock()
        self._waiting: SimpleQueue[tuple[Life, deque[Turn]]] = SimpleQueue()
        self._give_up_at = 0.0

    def run(self) -> list[str]:
        """Make the callbacks, compare, and return everything that is wrong."""
        self._warm_up()
        before = self._records.keys()
        apps = cycle(self._backend.apps)
        turns = [deque(each) for each in self._plan.turns()]
        lives = [Life(self._backend.bigcommerce, next(apps)) for _ in turns]
        for each in zip(lives, turns, strict=True):
            self._waiting.put(each)
        self._backend.rutter.next_answers.extend(RUTTER_FAULTS * (self._plan.stores // 10))
        self._give_up_at = time.monotonic() + self._plan.limit_seconds
        with ThreadPoolExecutor(self._plan.at_once) as pool:
            try:
                for working in [pool.submit(self._work) for _ in range(self._plan.at_once)]:
                    working.result()
            finally:
                self._give_up_at = 0
        if not_made := sum(map(len, turns)):
            self._note(f"{not_made} turns were not taken")
        self._problems += audit(self._records, lives, before)
        self._backend.rutter.next_answers.clear()
        self._problems += audit_connections(self._backend, self._records, lives)
        return self._problems

    def _warm_up(self) -> None:
        """Have Lambda start the functions before codes are issued, which live a minute.

        They are called without parameters. Every store begins with an installation, so auth is
        called as often as it will be later; Lambda starts more of the others as needed.
        """
        at_once = self._plan.at_once
        auth, *others = astuple(self._backend.apps[0].callback_urls)
        with ThreadPoolExecutor(at_once) as pool:
            for url in [auth] * at_once + others * (at_once // 4):
                pool.submit(get, url, TIMEOUT_SECONDS)

    def _work(self) -> None:
        """Give a turn to the store that has waited longest, again and again."""
        with suppress(Empty):  # other threads have the remaining stores
            while time.monotonic() < self._give_up_at:
                life, turns = self._waiting.get_nowait()
                life.wait_for_a_new_second()
                self._take(life, turns.popleft())
                if turns and life.possible:
                    self._waiting.put((life, turns))

    def _take(self, life: Life, turn: Turn) -> None:
        deliveries = [each for action in turn for each in self._deliveries(life, action)]
        if len(deliveries) > 1:
            self._count("two at once")
        statuses, outcomes = life.deliver(deliveries, self._status)
        allowed = [after for answered, after in outcomes if answered == statuses]
        stored = self._records.stored(life)
        life.possible = [model for model in allowed if model.stored == stored]
        specials = ", ".join(action.special or "plain" for action in turn)
        what = f"{life.name} after {[each.event for each in deliveries]} ({specials})"
        if not allowed:
            expected = {answered for answered, _ in outcomes}
            self._note(f"{what} was answered {statuses}, not one of {expected}")
        elif problem := difference(what, stored, allowed):
            self._note(problem)

    def _deliveries(self, life: Life, action: Action) -> list[Delivery]:
        """Return the deliveries of an action: one, or none yet."""
        callback, user, special = action.callback, action.user, action.special
        if special:
            self._count(special)
        match special:
            case None:
                return [life.issue(callback, user)]
            case Special.REPLAYED:
                # Short memories: so what belongs together often meets.
                return [random.choice(life.issued[-5:])]
            case Special.HELD_BACK:
                life.issue(callback, user)
                return []
            case Special.FORGED:
                return [life.forged(callback, user)]
            case Special.EXPIRED:
                return [life.expired(callback, user)]
            case token_fault:
                return [self._faulty(life.install(user), token_fault)]

    def _faulty(self, delivery: Delivery, fault: str) -> Delivery:
        answers, status = TOKEN_FAULTS[fault]
        self._backend.bigcommerce.token_endpoint.answers_by_code[delivery.code] = deque(answers)
        return replace(delivery, event=replace(delivery.event, refusal=status))

    def _status(self, delivery: Delivery) -> int:
        try:
            status = get(delivery.url, TIMEOUT_SECONDS).status
        except UnreachableError:
            status = NO_ANSWER
        self._count(f"{delivery.event.callback}: {status}")
        return status

    def _count(self, event: str) -> None:
        with self._lock:
            self.events[event] += 1

    def _note(self, problem: str) -> None:
        with self._lock:
            self._problems.append(problem)
