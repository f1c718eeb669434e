"""The plan of a soak: the order of the callbacks, and which of them fail, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from random import Random

from local.bigcommerce import faults
from local.bigcommerce.faults import Fault
from tests.reliability.model import SIGNED, Callback

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
FAULTS = (FORGED, EXPIRED, *TOKEN_FAULTS)

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
        callbacks: how many are made.
        stores: how many stores they are spread over.
        at_once: how many stores have a turn at the same time, at most.
        limit_seconds: when to give up.
        seed: which of all such plans, each the same in every run.
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
    return Action(callback, user, REPLAYED if random.random() < REPLAY_SHARE else None)


def _grouped(random: Random, actions: list[Action]) -> list[Turn]:
    """Return the actions in turns of one or two, and some that are held back."""
    turns: list[Turn] = []
    while actions:
        size = 2 if random.random() < PAIR_SHARE else 1
        turn, actions = actions[:size], actions[size:]
        if random.random() < HELD_BACK_SHARE:
            turn.append(Action(random.choice(SIGNED), random.randrange(2), HELD_BACK))
        turns.append(tuple(turn))
    return turns
