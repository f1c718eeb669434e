"""The life of an installation as the documentation tells it: the model callbacks are compared with.

It shares no code with the functions. Times are epoch seconds, and everything that happens has one:
a signed payload when it was issued, an installation when its callback arrived.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import permutations, product


class Callback(StrEnum):
    """The four callbacks."""

    INSTALL = "install"
    LOAD = "load"
    REMOVE_USER = "remove user"
    UNINSTALL = "uninstall"


@dataclass(frozen=True)
class Event:
    """A callback that is made, once or again.

    Attributes:
        callback: which.
        user: id of who installs, opens, is removed or uninstalls.
        at: when its payload was issued; of an install, the earliest it can arrive.
        code: of an install, its single-use code.
        token: of an install, the access token that BigCommerce gives for the code.
        refusal: the status it must be refused with, having changed nothing, because something is
            wrong with it that no state of the store fixes; None where nothing is.
    """

    callback: Callback
    user: int
    at: int
    code: str = ""
    token: str = ""
    refusal: int | None = None


@dataclass(frozen=True)
class Stored:
    """What the table shows of a store: all is empty where the app is not installed.

    `oddities` names what an uninstalled store's marker has beyond its attributes, or lacks. The
    token is left out when this is printed.
    """

    installed_at: int | None = None
    token: str | None = field(default=None, repr=False)
    users: frozenset[int] = frozenset()
    oddities: frozenset[str] = frozenset()


@dataclass(frozen=True)
class StoreModel:
    """All that ever happened at a store, as far as it matters for what follows.

    Attributes:
        owner: the owner's user id.
        multiple_users: whether the app takes users other than the owner.
        installed_at: since when the app is installed; None where it is not.
        token: the access token of the latest installation.
        users: since when each user may open the app.
        removals: when each user was removed last.
        uninstalled_at: when the latest uninstall was issued.
        codes: those that were exchanged.
    """

    owner: int
    multiple_users: bool
    installed_at: int | None = None
    token: str | None = None
    users: Mapping[int, int] = field(default_factory=dict)
    removals: Mapping[int, int] = field(default_factory=dict)
    uninstalled_at: int = 0
    codes: frozenset[str] = frozenset()

    @property
    def stored(self) -> Stored:
        """What the table must show."""
        return Stored(self.installed_at, self.token, frozenset(self.users))

    def after(self, event: Event) -> tuple[int, "StoreModel"]:
        """The status that the event is answered with, and what is true from then on."""
        if event.refusal is not None:
            return event.refusal, self
        match event.callback:
            case Callback.INSTALL:
                return self._after_install(event)
            case Callback.LOAD:
                return self._after_load(event)
            case Callback.REMOVE_USER:
                return 200, self._after_removal(event)
            case Callback.UNINSTALL:
                return self._after_uninstall(event)

    def _after_install(self, event: Event) -> tuple[int, "StoreModel"]:
        if event.code in self.codes:
            return 400, self
        exchanged = replace(self, codes=self.codes | {event.code})
        if self.installed_at is not None and self.installed_at > event.at:
            return 200, exchanged
        return 200, replace(
            exchanged,
            installed_at=event.at,
            token=event.token,
            users={**self.users, self.owner: event.at, event.user: event.at},
        )

    def _after_load(self, event: Event) -> tuple[int, "StoreModel"]:
        if self.installed_at is None:
            return 404, self
        if not self._allows(event):
            return 403, self
        if event.user in self.users:
            return 200, self
        if event.at < self.installed_at or event.at <= self.removals.get(event.user, 0):
            return 401, self
        return 200, replace(self, users={**self.users, event.user: event.at})

    def _after_removal(self, event: Event) -> "StoreModel":
        if self.installed_at is None or event.at < self.users.get(event.user, 0):
            return self
        latest = max(event.at, self.removals.get(event.user, 0))
        return replace(
            self,
            users={id_: at for id_, at in self.users.items() if id_ != event.user},
            removals={**self.removals, event.user: latest},
        )

    def _after_uninstall(self, event: Event) -> tuple[int, "StoreModel"]:
        if not self._allows(event):
            return 403, self
        if event.at < (self.installed_at or 0) or event.at <= self.uninstalled_at:
            return 200, self
        gone = replace(self, installed_at=None, token=None, users={})
        return 200, replace(gone, uninstalled_at=event.at)

    def _allows(self, event: Event) -> bool:
        return self.multiple_users or event.user == self.owner


def possible_outcomes(
    model: StoreModel, events: Sequence[Event], until: int
) -> Iterator[tuple[tuple[int, ...], StoreModel]]:
    """The statuses of events that are made at once, and what is true after them, in any order.

    An installation began in any second from its `at` to `until`, when all had been answered.
    """
    for began in product(*(_seconds(event, until) for event in events)):
        dated = [replace(event, at=at) for event, at in zip(events, began, strict=True)]
        for order in permutations(range(len(events))):
            statuses = [0] * len(events)
            after = model
            for index in order:
                statuses[index], after = after.after(dated[index])
            yield tuple(statuses), after


def distinct(models: Sequence[StoreModel]) -> list[StoreModel]:
    """The models without repetitions."""
    return [model for index, model in enumerate(models) if model not in models[:index]]


def _seconds(event: Event, until: int) -> Sequence[int]:
    fresh = event.callback is Callback.INSTALL and event.refusal is None
    return range(event.at, until + 1) if fresh else (event.at,)
