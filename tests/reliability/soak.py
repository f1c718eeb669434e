"""Soaks the deployed callbacks: many concurrent ones, on many stores, and some that fail.

A store takes its turns in order, one a second, with up to two concurrent callbacks. After each, the
answers and the record are compared with the model, and the whole table at the end. A store with a
problem gets no more turns.
"""

import random
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import astuple, replace
from itertools import cycle
from queue import Empty, SimpleQueue
from threading import Lock

from local.backend import LocalBackend
from local.loopback_http import UnreachableError, get
from tests.reliability import plan as plans
from tests.reliability.connections import RUTTER_FAULTS, audit_connections
from tests.reliability.lives import TIMEOUT_SECONDS, Delivery, Life
from tests.reliability.plan import Action, Plan, Turn
from tests.reliability.records import Kind, Problem, Records, audit, difference

# The status of a callback that was not answered.
NO_ANSWER = 0


class Soak:
    """One soak of a deployed back end whose apps are registered.

    `events` counts the answers of each callback by status, and everything that is not plain.
    """

    def __init__(self, backend: LocalBackend, plan: Plan) -> None:
        self._backend = backend
        self._plan = plan
        self._records = Records(backend)
        self.events: Counter[str] = Counter()
        self._problems: list[Problem] = []
        self._lock = Lock()
        self._waiting: SimpleQueue[tuple[Life, deque[Turn]]] = SimpleQueue()
        self._give_up_at = 0.0

    def run(self) -> list[Problem]:
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
            self._note(Kind.NOT_TAKEN, f"{not_made} turns were not taken")
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
        with suppress(Empty):  # those that are left are in other hands
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
            self._note(Kind.UNEXPECTED, f"{what} was answered {statuses}, not one of {expected}")
        elif problem := difference(what, stored, allowed):
            self._note(problem.kind, problem.what)

    def _deliveries(self, life: Life, action: Action) -> list[Delivery]:
        """Return the deliveries of an action: one, or none yet."""
        callback, user, special = action.callback, action.user, action.special
        if special:
            self._count(special)
        match special:
            case None:
                return [life.issue(callback, user)]
            case plans.REPLAYED:
                # Short memories: so what belongs together often meets.
                return [random.choice(life.issued[-5:])]
            case plans.HELD_BACK:
                life.issue(callback, user)
                return []
            case plans.FORGED:
                return [life.forged(callback, user)]
            case plans.EXPIRED:
                return [life.expired(callback, user)]
            case token_fault:
                return [self._faulty(life.install(user), token_fault)]

    def _faulty(self, delivery: Delivery, fault: str) -> Delivery:
        answers, status = plans.TOKEN_FAULTS[fault]
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

    def _note(self, kind: Kind, what: str) -> None:
        with self._lock:
            self._problems.append(Problem(kind, what))
