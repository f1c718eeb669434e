"""The life of an installation as documented: the model of every test here.

It shares no code with the functions, and forgets nothing. Times are epoch seconds: a signed payload
counts from when it was issued, an installation from when its callback arrived.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import permutations, product


class Callback(StrEnum):
    INSTALL = "install"
    LOAD = "load"
    REMOVE_USER = "remove user"
    UNINSTALL = "uninstall"


# How long after it was issued a payload may remove a user, or let another than the owner uninstall:
# five minutes, and ten seconds for the clocks.
FRESH_SECONDS = 310
# How long a code that is sent again surely gets a success, on a slow machine too.
REPEAT_SECONDS = 45
SIGNED = (Callback.LOAD, Callback.REMOVE_USER, Callback.UNINSTALL)


@dataclass(frozen=True)
class Event:
    """A callback, however often it is delivered.

    Attributes:
        token: of an install, the access token that BigCommerce returns for its code, once.
        refusal: the status that it must be refused with, whatever the store's state. A refused
            callback changes nothing.
    """

    callback: Callback
    user: int
    issued_at: int
    token: str = field(default="", repr=False)
    refusal: int | None = None


@dataclass(frozen=True)
class Stored:
    """The content of a store's record; everything is empty if the app is not installed.

    `oddities` names what an uninstalled store's marker has beyond its attributes, or lacks.
    """

    installed_at: int | None = None
    token: str | None = field(default=None, repr=False)
    users: frozenset[int] = frozenset()
    oddities: frozenset[str] = frozenset()


@dataclass(frozen=True)
class StoreModel:
    """Everything that happened at a store, as far as it matters for what follows.

    Attributes:
        users: since when each user may open the app.
        removals: when each user was last removed from the present installation.
        uninstalled_at: when the latest uninstall was issued.
        tokens: every token that was issued.
    """

    owner: int
    multiple_users: bool
    installed_at: int | None = None
    token: str | None = None
    users: Mapping[int, int] = field(default_factory=dict)
    removals: Mapping[int, int] = field(default_factory=dict)
    uninstalled_at: int = 0
    tokens: frozenset[str] = frozenset()

    @property
    def stored(self) -> Stored:
        """Return what the record must show."""
        return Stored(self.installed_at, self.token, frozenset(self.users))

    def after(self, event: Event, arrived_at: int) -> tuple[int, "StoreModel"]:
        """The status that the event is answered with, and what is true from then on.

        Events follow each other as they take effect: a slow installation comes after what happened
        since it arrived.
        """
        if event.refusal is not None:
            return event.refusal, self
        match event.callback:
            case Callback.INSTALL:
                return self._after_install(event, arrived_at)
            case Callback.LOAD:
                return self._after_load(event)
            case Callback.REMOVE_USER:
                return self._after_removal(event, arrived_at)
            case Callback.UNINSTALL:
                return self._after_uninstall(event, arrived_at)

    def _after_install(self, event: Event, arrived_at: int) -> tuple[int, "StoreModel"]:
        if event.token in self.tokens:
            return 200 if event.token == self.token else 400, self
        given = replace(self, tokens=self.tokens | {event.token})
        if arrived_at < self.uninstalled_at:
            return 404 if self.installed_at is None else 200, given
        added = {
            user: max(arrived_at, self.users.get(user, 0))
            for user in (self.owner, event.user)
            if self.removals.get(user, 0) <= arrived_at
        }
        return 200, replace(
            given,
            installed_at=max(arrived_at, self.installed_at or 0),
            token=event.token,
            users={**self.users, **added},
            removals={id_: at for id_, at in self.removals.items() if id_ not in added},
        )

    def _after_load(self, event: Event) -> tuple[int, "StoreModel"]:
        if self.installed_at is None:
            return 404, self
        if not self._allows(event):
            return 403, self
        if event.user in self.users:
            return 200, self
        if event.issued_at < self.installed_at:
            return 401, self
        if event.issued_at <= self.removals.get(event.user, 0):
            return 401, self
        return 200, replace(self, users={**self.users, event.user: event.issued_at})

    def _after_removal(self, event: Event, arrived_at: int) -> tuple[int, "StoreModel"]:
        if arrived_at - event.issued_at > FRESH_SECONDS:
            return 401, self
        if self.installed_at is None or event.issued_at < self.users.get(event.user, 0):
            return 200, self
        latest = max(event.issued_at, self.removals.get(event.user, 0))
        return 200, replace(
            self,
            users={id_: since for id_, since in self.users.items() if id_ != event.user},
            removals={**self.removals, event.user: latest},
        )

    def _after_uninstall(self, event: Event, arrived_at: int) -> tuple[int, "StoreModel"]:
        if not self._allows(event):
            return 403, self
        if event.user != self.owner and arrived_at - event.issued_at > FRESH_SECONDS:
            return 401, self
        if event.issued_at < (self.installed_at or 0) or event.issued_at <= self.uninstalled_at:
            return 200, self
        if event.issued_at <= self.removals.get(event.user, 0):
            return 401, self
        gone = replace(self, installed_at=None, token=None, users={}, removals={})
        return 200, replace(gone, uninstalled_at=event.issued_at)

    def _allows(self, event: Event) -> bool:
        return self.multiple_users or event.user == self.owner


Outcome = tuple[tuple[int, ...], StoreModel]
"""The statuses of concurrent events, and what is true after them."""


def possible_outcomes(
    models: Sequence[StoreModel], events: Sequence[Event], since: int, until: int
) -> list[Outcome]:
    """Return the possible outcomes of concurrent events if one of the models holds.

    They take effect in any order; an installation arrived in any second from `since` to `until`. A
    repeated code is refused if the installation is still under way, or about a minute old.
    """
    found_surely = len(events) == 1 and until - events[0].issued_at < REPEAT_SECONDS
    seconds = [
        range(since, until + 1) if event.callback is Callback.INSTALL else (until,)
        for event in events
    ]
    outcomes: list[Outcome] = []
    for after, arrivals, order, found in product(
        models,
        product(*seconds),
        permutations(range(len(events))),
        (True,) if found_surely else (True, False),
    ):
        statuses = [0] * len(events)
        for index in order:
            is_repeated = events[index].token in after.tokens
            statuses[index], after = after.after(events[index], arrivals[index])  # noqa: PLW2901
            if is_repeated and not found:
                statuses[index] = 400
        if (outcome := (tuple(statuses), after)) not in outcomes:
            outcomes.append(outcome)
    return outcomes
