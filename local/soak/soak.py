"""Soaks the deployed callbacks: many at once, on many stores, some of them going wrong.

Every store has a thread that takes its turns in order, one a second, because the rules compare
whole seconds. What is answered is compared with the model at once, the table at the end.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, replace
from random import Random
from threading import Lock, Semaphore

from local.backend import LocalBackend
from local.bigcommerce import App, Store, User
from local.loopback_http import get
from local.soak.audit import Audit
from local.soak.deliveries import Delivery, deliver, expired, forged, wait_until_after
from local.soak.figures import NO_ANSWER, Answer, Figures
from local.soak.model import Callback, StoreModel, distinct, possible_outcomes
from local.soak.plan import TOKEN_FAULTS, USERS, DeliveryFault, Plan, TokenFault, Turn
from registration.check.http_client import UnreachableError

# API Gateway gives up after 30.
TIMEOUT_SECONDS = 35
LIMIT_SECONDS = 600


@dataclass
class Life:
    """An app at a store: its users, the turns to take, and all that may be true of it.

    `delivered` holds the plain callbacks there were, to replay.
    """

    app: App
    store: Store
    users: Sequence[User]
    turns: Sequence[Turn]
    possible: list[StoreModel]
    random: Random
    delivered: list[Delivery] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The app and the store, for messages."""
        return f"store {self.store.hash} of {self.app.organization_id}"


class Soak:
    """One soak of a deployed back end whose apps are registered."""

    def __init__(self, backend: LocalBackend, plan: Plan) -> None:
        self._backend = backend
        self._plan = plan
        self._figures = Figures()
        self._slots = Semaphore(plan.at_once)
        self._queue = Lock()
        self._lock = Lock()
        self._give_up_at = 0.0
        self._on_answer: Callable[[], None] = lambda: None

    def run(self, on_answer: Callable[[], None]) -> Figures:
        """Make the callbacks, compare, and give the figures; `on_answer` is told of each answer."""
        self._warm_up()
        started = time.monotonic()
        self._on_answer = on_answer
        self._give_up_at = started + LIMIT_SECONDS
        audit = Audit(self._backend.emulator.aws, self._backend.outputs["installationsTable"])
        lives = [self._begin(index, turns) for index, turns in enumerate(self._plan.turns())]
        with ThreadPoolExecutor(len(lives)) as threads:
            list(threads.map(self._live, lives))
        self._figures.seconds = time.monotonic() - started
        audit.compare(
            {life.name: (life.app, life.store, life.possible) for life in lives}, self._figures
        )
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

    def _begin(self, index: int, turns: Sequence[Turn]) -> Life:
        app = self._backend.apps[index % len(self._backend.apps)]
        store = self._backend.bigcommerce.add_store(f"Store {index + 1}")
        others = (User.create(f"user-{number}") for number in range(USERS - 1))
        return Life(
            app=app,
            store=store,
            users=[store.owner, *others],
            turns=turns,
            possible=[StoreModel(store.owner.id, app.multiple_users)],
            random=Random(index),  # noqa: S311 (not cryptography)
        )

    def _live(self, life: Life) -> None:
        for number, turn in enumerate(life.turns):
            if time.monotonic() > self._give_up_at:
                with self._lock:
                    self._figures.not_made += len(life.turns) - number
                return
            self._take(life, turn)
            wait_until_after(int(time.time()))

    def _take(self, life: Life, turn: Turn) -> None:
        with self._room_for(turn):
            deliveries = self._deliveries(life, turn)
            with ThreadPoolExecutor(len(deliveries)) as pool:
                statuses = tuple(pool.map(self._send, deliveries))
        outcomes = [
            outcome
            for model in life.possible
            for outcome in possible_outcomes(
                model, [delivery.event for delivery in deliveries], int(time.time())
            )
        ]
        held = [after for answered, after in outcomes if answered == statuses]
        if not held:
            allowed = {answered for answered, _ in outcomes}
            self._unexpected(f"{turn} at {life.name} was answered {statuses}, not one of {allowed}")
            # Whether anything has happened, the table will show.
            held = [*life.possible, *(after for _, after in outcomes)]
        life.possible = distinct(held)

    @contextmanager
    def _room_for(self, turn: Turn) -> Iterator[None]:
        """Wait for a turn's share of what may be under way at once."""
        share = 2 if turn.fault == DeliveryFault.DUPLICATED else 1
        with self._queue:
            for _ in range(share):
                self._slots.acquire()
        try:
            yield
        finally:
            self._slots.release(share)

    def _deliveries(self, life: Life, turn: Turn) -> list[Delivery]:
        if turn.fault:
            with self._lock:
                self._figures.faults[turn.fault] += 1
        user = life.users[turn.user]
        match turn.fault:
            case DeliveryFault.FORGED:
                return [forged(life.app, life.store, turn.callback, user)]
            case DeliveryFault.EXPIRED:
                return [expired(life.app, life.store, turn.callback, user)]
            case DeliveryFault.REPLAYED:
                return [life.random.choice(life.delivered)]
            case DeliveryFault.DUPLICATED:
                return [self._plain(life, turn)] * 2
            case None:
                return [self._plain(life, turn)]
            case token_fault:
                return [self._faulty(life, turn, TOKEN_FAULTS[token_fault])]

    def _plain(self, life: Life, turn: Turn) -> Delivery:
        user = life.users[turn.user]
        delivery = deliver(self._backend.bigcommerce, life.app, life.store, turn.callback, user)
        life.delivered.append(delivery)
        return delivery

    def _faulty(self, life: Life, turn: Turn, fault: TokenFault) -> Delivery:
        bigcommerce = self._backend.bigcommerce
        user = life.users[turn.user]
        delivery = deliver(bigcommerce, life.app, life.store, Callback.INSTALL, user)
        bigcommerce.token_endpoint.answers_by_code[delivery.event.code] = deque(fault.answers)
        return replace(delivery, event=replace(delivery.event, refusal=fault.status))

    def _send(self, delivery: Delivery) -> int:
        started = time.perf_counter()
        try:
            status = get(delivery.url, TIMEOUT_SECONDS).status
        except UnreachableError:
            status = NO_ANSWER
        milliseconds = (time.perf_counter() - started) * 1000
        with self._lock:
            answer = Answer(delivery.event.callback, status, milliseconds)
            self._figures.answers.append(answer)
        self._on_answer()
        return status

    def _unexpected(self, what: str) -> None:
        with self._lock:
            self._figures.unexpected.append(what)
