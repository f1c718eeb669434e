"""What a soak does: which callbacks come in which order, and which of them go wrong, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle, islice
from random import Random

from local.bigcommerce import faults
from local.bigcommerce.faults import Fault
from local.soak.model import Callback

FAULT_SHARE = 0.05
WEIGHTS = {
    Callback.INSTALL: 20,
    Callback.LOAD: 55,
    Callback.REMOVE_USER: 15,
    Callback.UNINSTALL: 10,
}
USERS = 3
"""How many people use each store: the owner, and others."""


@dataclass(frozen=True)
class TokenFault:
    """What the token endpoint does wrong, and the status this ends in; None if it does not show."""

    answers: Sequence[Fault]
    status: int | None = None


TOKEN_FAULTS = {
    "token endpoint: 503 once": TokenFault([faults.status(503)]),
    "token endpoint: 503 three times": TokenFault([faults.status(503)] * 3, 502),
    "token endpoint: connection reset": TokenFault([faults.reset]),
    "token endpoint: 429": TokenFault([faults.rate_limited(1)], 502),
    "token endpoint: redirect": TokenFault([faults.redirected("https://www.example.com")], 502),
    "token endpoint: HTML": TokenFault([faults.html], 502),
    "token endpoint: truncated JSON": TokenFault([faults.truncated], 502),
    "token endpoint: no access token": TokenFault([faults.without("access_token")], 502),
    "token endpoint: another context": TokenFault(
        [faults.with_fields(context="stores/another")], 400
    ),
    "token endpoint: byte by byte": TokenFault([faults.byte_by_byte(0.005)]),
    "token endpoint: answer after 8 s": TokenFault([faults.slow(8)], 504),
}


class DeliveryFault(StrEnum):
    """What can be wrong with a callback itself."""

    FORGED = "forged payload"
    EXPIRED = "expired payload"
    REPLAYED = "replay"
    DUPLICATED = "duplicated delivery"


# In turn: what concerns the callbacks comes twice as often as what the token endpoint does.
FAULTS = (*DeliveryFault, *TOKEN_FAULTS, *DeliveryFault)


@dataclass(frozen=True)
class Turn:
    """A callback at a store: by which of its users, and what is wrong with it, if anything."""

    callback: Callback
    user: int
    fault: str | None = None

    def __str__(self) -> str:
        return f"{self.callback} by user {self.user} ({self.fault or 'nothing wrong'})"


@dataclass(frozen=True)
class Plan:
    """How much load.

    Attributes:
        callbacks: how many are made, those that are delivered twice counted twice.
        stores: how many stores they are spread over.
        at_once: how many are under way at most.
    """

    callbacks: int = 2_000
    stores: int = 50
    at_once: int = 16

    def turns(self) -> list[list[Turn]]:
        """Each store's turns, the same in every run. A store begins with a plain installation."""
        random = Random(0)  # noqa: S311 (not cryptography)
        wrong = list(islice(cycle(FAULTS), round(self.callbacks * FAULT_SHARE)))
        count = self.callbacks - wrong.count(DeliveryFault.DUPLICATED)
        indices = random.sample(range(self.stores, count), len(wrong))
        fault_at = dict(zip(indices, wrong, strict=True))
        turns: list[list[Turn]] = [[] for _ in range(self.stores)]
        for index in range(count):
            first = index < self.stores
            plain = Turn(Callback.INSTALL, 0) if first else _plain_turn(random)
            turns[index % self.stores].append(_spoil(plain, fault_at.get(index)))
        return turns


def _plain_turn(random: Random) -> Turn:
    (callback,) = random.choices(list(WEIGHTS), list(WEIGHTS.values()))
    return Turn(callback, random.randrange(USERS))


def _spoil(turn: Turn, fault: str | None) -> Turn:
    if fault in TOKEN_FAULTS:
        return Turn(Callback.INSTALL, turn.user, fault)
    if fault in (DeliveryFault.FORGED, DeliveryFault.EXPIRED) and turn.callback is Callback.INSTALL:
        return Turn(Callback.LOAD, turn.user, fault)
    return Turn(turn.callback, turn.user, fault)
