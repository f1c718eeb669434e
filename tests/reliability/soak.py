"""Soaks the deployed callbacks: many at once, on many stores, some of them going wrong.

A store takes its turns in order, one a second: up to two callbacks at once. What is answered and
the record it leaves are compared with the model after each, and the whole table at the end. A store
at which something was wrong gets no more turns.
"""

import argparse
import random
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import astuple, replace
from itertools import cycle
from queue import Empty, SimpleQueue
from threading import Lock

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from local.backend import APPS, LocalBackend, local_backend
from local.emulator import EmulatorError
from local.engine import DeploymentError
from local.loopback_http import get
from ops.check.http_client import UnreachableError
from tests.local.backend.conftest import TWO_APPS
from tests.reliability import plan as plans
from tests.reliability.connections import RUTTER_FAULTS, audit_connections
from tests.reliability.figures import NO_ANSWER, Figures, Response
from tests.reliability.lives import TIMEOUT_SECONDS, Delivery, Life
from tests.reliability.plan import Action, Plan, Turn
from tests.reliability.records import Kind, Problem, Records, audit, difference


class Soak:
    """One soak of a deployed back end whose apps are registered.

    `on_answer` is told of each answer.
    """

    def __init__(
        self, backend: LocalBackend, plan: Plan, on_answer: Callable[[], None] = lambda: None
    ) -> None:
        self._backend = backend
        self._plan = plan
        self._on_answer = on_answer
        self._records = Records(backend)
        self._figures = Figures()
        self._lock = Lock()
        self._waiting: SimpleQueue[tuple[Life, deque[Turn]]] = SimpleQueue()
        self._give_up_at = 0.0

    def run(self) -> Figures:
        """Make the callbacks, compare, and give the figures."""
        self._warm_up()
        before = self._records.keys()
        apps = cycle(self._backend.apps)
        turns = [deque(each) for each in self._plan.turns()]
        lives = [Life(self._backend.bigcommerce, next(apps)) for _ in turns]
        for each in zip(lives, turns, strict=True):
            self._waiting.put(each)
        self._backend.rutter.next_answers.extend(RUTTER_FAULTS)
        started = time.monotonic()
        self._give_up_at = started + self._plan.limit_seconds
        with ThreadPoolExecutor(self._plan.at_once) as pool:
            try:
                for working in [pool.submit(self._work) for _ in range(self._plan.at_once)]:
                    working.result()
            finally:
                self._give_up_at = 0
        self._figures.seconds = time.monotonic() - started
        if not_made := sum(map(len, turns)):
            self._note(Kind.NOT_TAKEN, f"{not_made} turns were not taken")
        self._figures.problems += audit(self._records, lives, before)
        self._backend.rutter.next_answers.clear()
        self._figures.problems += audit_connections(self._backend, self._records, lives)
        return self._figures

    def _warm_up(self) -> None:
        """Have Lambda start the functions before codes are issued, which live a minute.

        They are called without parameters, and answer that: auth as often at once as can happen,
        since every store begins with an installation; of the others more are started as needed.
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
        """What arrives by an action: a delivery, or nothing yet."""
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
        started = time.perf_counter()
        try:
            status = get(delivery.url, TIMEOUT_SECONDS).status
        except UnreachableError:
            status = NO_ANSWER
        milliseconds = (time.perf_counter() - started) * 1000
        with self._lock:
            answer = Response(delivery.event.callback, status, milliseconds)
            self._figures.answers.append(answer)
        self._on_answer()
        return status

    def _count(self, special: str) -> None:
        with self._lock:
            self._figures.specials[special] += 1

    def _note(self, kind: Kind, what: str) -> None:
        with self._lock:
            self._figures.problems.append(Problem(kind, what))


def run(backend: LocalBackend, plan: Plan, console: Console) -> int:
    """Soak with a progress bar, print what was found, and give the exit status."""
    columns = TextColumn("Callbacks"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=plan.callbacks)
        figures = Soak(backend, plan, on_answer=lambda: progress.advance(task)).run()
    figures.show(plan, console)
    return 1 if figures.problems else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Deploy two apps on an embedded AWS, soak them, and give the exit status."""
    argparse.ArgumentParser(
        prog="python -m tests.reliability.soak",
        description=(
            "Deploy two apps on an embedded AWS, make 2,000 callbacks, some of them going wrong, "
            "compare each answer and record with a model, and see that Rutter, which goes wrong "
            "too, has every installed store of the first app once. Exits 1 if anything is lost, "
            "doubled, different or not answered as it should be."
        ),
    ).parse_args(arguments)
    console = Console(highlight=False, emoji=False)
    try:
        with local_backend(overrides={APPS: TWO_APPS}) as backend:
            console.print("Deploying two apps on an embedded AWS …")
            backend.configure_credentials()
            backend.connect_stores_to_rutter()
            backend.deploy()
            return run(backend, Plan(), console)
    except (DeploymentError, EmulatorError, OSError) as error:
        print(f"\n{error}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        console.print("\nStopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
