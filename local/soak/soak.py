"""Soaks the deployed callbacks: many at once, on many stores, some of them going wrong.

Every store has a thread that takes its turns in order, one a second, because the rules compare
whole seconds. What is answered is compared with the model at once, the table at the end.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, field, replace
from itertools import cycle, islice
from random import Random
from threading import BoundedSemaphore, Lock

from local.backend import LocalBackend
from local.bigcommerce import App, Store, User
from local.loopback_http import UnreachableError, get
from local.soak import plan
from local.soak.audit import Audit
from local.soak.deliveries import Delivery, deliver, expired, forged, wait_until_after
from local.soak.figures import NO_ANSWER, Answer, Figures
from local.soak.model import Callback, StoreModel, distinct, possible_outcomes
from local.soak.plan import USERS, Plan, TokenFault, Turn

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

    def __init__(self, backend: LocalBackend, load: Plan) -> None:
        self._backend = backend
        self._load = load
        self._figures = Figures()
        self._slots = BoundedSemaphore(load.at_once)
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
        lives = [self._begin(index, turns) for index, turns in enumerate(self._load.turns())]
        with ThreadPoolExecutor(len(lives)) as threads:
            list(threads.map(self._live, lives))
        self._figures.seconds = time.monotonic() - started
        audit.compare(
            {life.name: (life.app, life.store, life.possible) for life in lives}, self._figures
        )
        return self._figures

    def _warm_up(self) -> None:
        """Have Lambda start the functions, so that the times are mostly of warm ones.

        They are called without parameters, as many at once as later, and answer that.
        """
        urls = astuple(self._backend.apps[0].callback_urls)
        with ThreadPoolExecutor(self._load.at_once) as pool:
            for url in islice(cycle(urls), self._load.at_once):
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
            self._unexpected(f"{life.name}: {turn} was answered {statuses}, not as in {allowed}")
        life.possible = distinct(held or [after for _, after in outcomes])

    def _deliveries(self, life: Life, turn: Turn) -> list[Delivery]:
        if turn.fault:
            with self._lock:
                self._figures.faults[turn.fault] += 1
        user = life.users[turn.user]
        match turn.fault:
            case plan.FORGED:
                return [forged(life.app, life.store, turn.callback, user)]
            case plan.EXPIRED:
                return [expired(life.app, life.store, turn.callback, user)]
            case plan.REPLAYED:
                return [life.random.choice(life.delivered)]
            case plan.DUPLICATED:
                return [self._plain(life, turn)] * 2
            case None:
                return [self._plain(life, turn)]
            case token_fault:
                return [self._faulty(life, turn, plan.TOKEN_FAULTS[token_fault])]

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
        with self._slots:
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
