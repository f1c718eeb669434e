"""The rules of an installation's life by themselves, over any order of events and replays.

Events happen at different seconds; payloads are delivered at once, late, or again and again for as
long as they hold; an installation takes up to a minute, in which anything may happen.
"""

from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lambdas.records.claims import PayloadUser, SignedPayload
from lambdas.records.installation import (
    Installation,
    Record,
    User,
    install,
    load,
    remove_user,
    uninstall,
)
from lambdas.shared.errors import CallbackError
from tests.reliability.model import SIGNED, Callback, Event, Stored, StoreModel

OWNER = 1
START = 1_700_000_000
DAY = 24 * 60 * 60
# How far the clocks may differ: a payload holds that much longer.
LEEWAY_SECONDS = 10

users = st.sampled_from([OWNER, 2])
callbacks = st.sampled_from(
    [Callback.INSTALL, *[Callback.LOAD, Callback.REMOVE_USER] * 2, Callback.UNINSTALL]
)
pauses = st.integers(1, 100)
# What happens, by whom, and after how many seconds the app learns of it.
meanwhiles = st.tuples(st.sampled_from(Callback), users, st.integers(0, 9))


class InstallationLife(RuleBasedStateMachine):
    """Events at a store in any order, and their payloads delivered at any time."""

    model: StoreModel
    record: Record = None
    now = START

    def __init__(self) -> None:
        super().__init__()
        self.issued: list[Event] = []
        self.accepted: set[Event] = set()

    @initialize(multiple_users=st.booleans())
    def deploy(self, multiple_users: bool) -> None:
        self.model = StoreModel(OWNER, multiple_users)

    @rule(callback=callbacks, user=users, pause=pauses)
    def happen(self, callback: Callback, user: int, pause: int) -> None:
        """Something happens, and the app learns of it at once."""
        self.now += pause
        self._deliver(self._event(callback, user))

    @rule(user=users, pause=pauses, meanwhile=st.lists(meanwhiles, min_size=1, max_size=4))
    def install_slowly(
        self, user: int, pause: int, meanwhile: list[tuple[Callback, int, int]]
    ) -> None:
        """BigCommerce's answer takes its time, and meanwhile other things happen."""
        self.now += pause
        slow = self._event(Callback.INSTALL, user)
        for callback, other, late in meanwhile:
            self.now += 1
            event = self._event(callback, other)
            self.now += late
            if self._leaves_a_trace(event):
                self._deliver(event)
        self.now += 1
        self._deliver(slow)

    @rule(callback=st.sampled_from(SIGNED), user=users, pause=pauses)
    def happen_unnoticed(self, callback: Callback, user: int, pause: int) -> None:
        """Something happens, and the app does not learn of it yet."""
        self.now += pause
        self.issued.append(self._event(callback, user))

    @rule(user=users, pause=pauses, late=st.sampled_from([1, 310, 311]))
    def uninstall_as_a_user_is_removed(self, user: int, pause: int, late: int) -> None:
        """The removal overtakes the uninstall, which comes about when it is too old."""
        self.now += pause
        overtaken = self._event(Callback.UNINSTALL, user)
        self.now += 1
        self._deliver(self._event(Callback.REMOVE_USER, user))
        self.now += late - 1
        self._deliver(overtaken)

    @rule(pause=st.integers(DAY // 4, DAY))
    def wait(self, pause: int) -> None:
        self.now += pause

    @precondition(lambda self: self.issued)
    @rule(data=st.data(), pause=pauses)
    def arrive(self, data: st.DataObject, pause: int) -> None:
        """Late, or again: nothing ever changes by what the app accepted before."""
        self.now += pause
        # The payload would still be verified, by the slowest of clocks.
        oldest = self.now - DAY - LEEWAY_SECONDS
        holding = [event for event in self.issued if event.issued_at >= oldest]
        assume(holding)
        event = data.draw(st.sampled_from(holding))
        known, before = event in self.accepted, stored(self.record)

        self._deliver(event)

        assert not known or stored(self.record) == before

    @invariant()
    def the_record_says_what_is_true(self) -> None:
        assert stored(self.record) == self.model.stored

    def _event(self, callback: Callback, user: int) -> Event:
        return Event(callback, user, self.now, token=f"{callback} at {self.now}")

    def _deliver(self, event: Event) -> None:
        """The event takes effect now; an installation's callback arrived when it was issued."""
        arrived_at = event.issued_at if event.callback is Callback.INSTALL else self.now
        expected, self.model = self.model.after(event, arrived_at)
        assert self._status(event) == expected
        if event.callback in SIGNED:
            self.issued.append(event)
            self.accepted |= {event} if expected == 200 else set()

    def _status(self, event: Event) -> int:
        """What the functions would answer, having kept what the rule makes of the record."""
        try:
            self.record = self._ruled(event)
        except CallbackError as error:
            return error.status
        installing = event.callback is Callback.INSTALL
        return 404 if installing and not isinstance(self.record, Installation) else 200

    def _ruled(self, event: Event) -> Record:
        multiple_users = self.model.multiple_users
        match event.callback:
            case Callback.INSTALL:
                return install(self.record, self._installation(event))
            case Callback.LOAD:
                return load(self.record, payload(event), multiple_users=multiple_users)
            case Callback.REMOVE_USER:
                return remove_user(self.record, payload(event), arrived_at=self.now)
            case Callback.UNINSTALL:
                return uninstall(
                    self.record,
                    payload(event),
                    multiple_users=multiple_users,
                    arrived_at=self.now,
                    retention_seconds=30 * DAY,
                )

    def _installation(self, event: Event) -> Installation:
        people = map(person, (OWNER, event.user))
        return Installation(
            client_id="theclientid",
            installed_at=event.issued_at,
            granted_at_ms=self.now * 1000,
            access_token=event.token.encode(),
            scopes=(),
            account_uuid=None,
            owner_id=str(OWNER),
            users={who.id: User(who.id, who.email, event.issued_at) for who in people},
        )

    def _leaves_a_trace(self, event: Event) -> bool:
        """Whether the record tells of it to an installation that began before and ends after it.

        It does not tell of a removal where nothing is installed, nor of an uninstall that is older
        than what is installed: docs/reliability.md names both.
        """
        installed_at = self.model.installed_at
        if event.callback is Callback.REMOVE_USER:
            return installed_at is not None
        return event.callback is not Callback.UNINSTALL or event.issued_at > (installed_at or 0)


def person(id_: int) -> PayloadUser:
    return PayloadUser(str(id_), f"{id_}@example.com")


def payload(event: Event) -> SignedPayload:
    return SignedPayload(
        client_id="theclientid",
        store_hash="abc123def4",
        user=person(event.user),
        owner=person(OWNER),
        issued_at=event.issued_at,
        url="/",
        channel_id=None,
    )


def stored(record: Record) -> Stored:
    if not isinstance(record, Installation):
        return Stored()
    users = frozenset(map(int, record.users))
    return Stored(record.installed_at, record.access_token.decode(), users)


InstallationLife.TestCase.settings = settings(max_examples=300, stateful_step_count=50)
TestInstallationLife = InstallationLife.TestCase
