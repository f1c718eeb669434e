"""The deployed callbacks against the model: any order, any replay, two at once.

In every second each of several stores gets a turn: a callback, an earlier one again, or two of them
at once. What is answered and what the table then holds must be what the model says of one order.
Rules compare whole seconds, so a store has one turn a second; many stores make good use of it.
"""

import logging
import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import ClassVar

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from local.backend import LocalBackend
from local.bigcommerce import App, Store, load_url, uninstall_url
from local.loopback_http import get
from local.soak.audit import read_record
from local.soak.deliveries import Delivery, deliver, wait_until_after
from local.soak.model import Callback, Stored, StoreModel, distinct, possible_outcomes

logger = logging.getLogger(__name__)

# How many lives the stores live, each of them new; the first that hypothesis tries is uneventful.
LIVES = int(os.environ.get("LIFECYCLE_LIVES", "2"))
SECONDS = 20
STORES = 16


@dataclass(frozen=True)
class Fresh:
    """A callback that BigCommerce makes for the first time; `user` counts from the owner."""

    callback: Callback
    user: int


@dataclass(frozen=True)
class HeldBack:
    """A signed callback that is issued, and may arrive later."""

    callback: Callback
    user: int


@dataclass(frozen=True)
class Again:
    """What was made or held back before, `back` deliveries ago, or at the same time if 0."""

    back: int


Action = Fresh | HeldBack | Again


# Few people and short memories: so what belongs together often meets.
users = st.integers(0, 1)
signed = st.sampled_from([Callback.LOAD, Callback.REMOVE_USER, Callback.UNINSTALL])
fresh = st.sampled_from(
    [Callback.INSTALL] * 2 + [Callback.LOAD] * 3 + [Callback.REMOVE_USER] * 2 + [Callback.UNINSTALL]
)
again = st.builds(Again, st.integers(0, 4))
actions = st.one_of(
    again,
    again,
    st.builds(Fresh, fresh, users),
    st.builds(Fresh, fresh, users),
    st.builds(HeldBack, signed, users),
)
turns = st.lists(st.lists(actions, min_size=1, max_size=2), min_size=STORES, max_size=STORES)


@dataclass
class Life:
    """An app at a store: what was issued, and all that may be true of it."""

    app: App
    store: Store
    possible: list[StoreModel]
    last_second: int = 0
    issued: list[Delivery] = field(default_factory=list)


class InstallationLives(RuleBasedStateMachine):
    """Turns of several stores, second by second."""

    backend: LocalBackend
    tried: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        several_users, owner_only = self.backend.apps
        apps = islice(cycle([several_users] * 3 + [owner_only]), STORES)
        self.lives = [self._begin(app) for app in apps]

    @rule(turns=turns)
    def a_second_passes(self, turns: list[list[Action]]) -> None:
        for life, turn in zip(self.lives, turns, strict=True):
            wait_until_after(life.last_second)
            deliveries = [each for action in turn for each in self._deliver(life, action)]
            if deliveries:
                self._take(life, deliveries)

    def _begin(self, app: App) -> Life:
        store = self.backend.bigcommerce.add_store("A store")
        return Life(
            app=app,
            store=store,
            possible=[StoreModel(store.owner.id, app.multiple_users)],
        )

    def _deliver(self, life: Life, action: Action) -> list[Delivery]:
        """What arrives by an action: a delivery, or nothing."""
        if isinstance(action, Again):
            self.tried["replays and late arrivals"] += action.back < len(life.issued)
            return life.issued[::-1][action.back : action.back + 1]
        user = life.store.users[action.user]
        delivery = deliver(self.backend.bigcommerce, life.app, life.store, action.callback, user)
        life.issued.append(delivery)
        return [] if isinstance(action, HeldBack) else [delivery]

    def _take(self, life: Life, deliveries: list[Delivery]) -> None:
        with ThreadPoolExecutor(2) as pool:
            statuses = tuple(pool.map(_status, deliveries))
        life.last_second = int(time.time())
        self.tried["callbacks"] += len(deliveries)
        self.tried["pairs at once"] += len(deliveries) == 2
        seen = statuses, self._stored(life)
        expected = [
            outcome
            for model in life.possible
            for outcome in possible_outcomes(
                model, [delivery.event for delivery in deliveries], life.last_second
            )
        ]
        life.possible = distinct(
            [after for answered, after in expected if (answered, after.stored) == seen]
        )
        assert life.possible, (seen, [(answered, after.stored) for answered, after in expected])

    def _stored(self, life: Life) -> Stored:
        aws, table = self.backend.emulator.aws, self.backend.outputs["installationsTable"]
        key = record_key(life.app, life.store)
        answer = aws.dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)
        return read_record(aws, answer["Item"]) if "Item" in answer else Stored()


def record_key(app: App, store: Store) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"ORG#{app.organization_id}#STORE#{store.hash}"}, "sk": {"S": "STORE"}}


def _status(delivery: Delivery) -> int:
    return get(delivery.url, 30).status


def test_the_deployed_callbacks_do_what_the_model_says(ready: LocalBackend) -> None:
    class Machine(InstallationLives):
        backend = ready

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=SECONDS,
            # A step takes a second: to look for a simpler failure would take many minutes.
            phases=[Phase.generate],
        ),
    )
    logger.info("tried: %s", dict(Machine.tried))


def test_a_new_installation_stands_though_bigcommerce_s_clock_is_ahead(ready: LocalBackend) -> None:
    bigcommerce, app = ready.bigcommerce, ready.apps[0]
    store = bigcommerce.add_store("A store")
    ahead = int(time.time()) + 8
    uninstalled = uninstall_url(app, store, store.owner, issued_at=ahead)

    assert get(bigcommerce.auth_callback_url(app, store, store.owner), 30).status == 200
    assert get(uninstalled, 30).status == 200
    assert get(bigcommerce.auth_callback_url(app, store, store.owner), 30).status == 200
    assert get(uninstalled, 30).status == 200  # delivered once more
    assert get(load_url(app, store, store.owner), 30).status == 200


def test_the_marker_of_an_uninstalled_store_expires(ready: LocalBackend) -> None:
    dynamodb, table = ready.emulator.aws.dynamodb, ready.outputs["installationsTable"]
    app, store = ready.apps[0], ready.bigcommerce.add_store("A store")
    get(ready.bigcommerce.auth_callback_url(app, store, store.owner), 30)
    get(uninstall_url(app, store, store.owner), 30)

    marker = dynamodb.get_item(TableName=table, Key=record_key(app, store))["Item"]
    time_to_live = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert time_to_live == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    assert int(marker["expires_at"]["N"]) - int(marker["uninstalled_at"]["N"]) == 30 * 86_400
