"""The rules of an installation's life against a model, over any order of events and replays.

The model is what a person would say: a store is installed or not, it has users, and each event says
when it happened. It never forgets, and it knows nothing of markers or of how long payloads live.
Events happen at different seconds; payloads are delivered at once, late, or again and again for as
long as they hold; an installation takes up to a minute, in which anything may happen.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lambdas.callbacks.errors import CallbackError
from lambdas.callbacks.installation import (
    Installation,
    Record,
    User,
    install,
    load,
    remove_user,
    uninstall,
)
from lambdas.callbacks.signed_payload import (
    LEEWAY_SECONDS,
    LIFETIME_SECONDS,
    PayloadUser,
    SignedPayload,
)

CLIENT_ID = "theclientid"
OWNER = "1"
USERS = (OWNER, "2")
START = 1_700_000_000
RETENTION_SECONDS = 30 * 24 * 60 * 60

users = st.sampled_from(USERS)
kinds = st.sampled_from(["load", "load", "remove user", "remove user", "uninstall"])
seconds = st.integers(1, 100)
# What happens, by whom, and after how many seconds the app learns of it.
meanwhiles = st.tuples(
    st.sampled_from(["consent", "load", "remove user", "uninstall"]), users, st.integers(0, 9)
)
hours = st.integers(LIFETIME_SECONDS // 4, LIFETIME_SECONDS)


@dataclass(frozen=True)
class Delivery:
    """A payload and the callback it goes to."""

    kind: str
    user: str
    issued_at: int

    @property
    def payload(self) -> SignedPayload:
        return SignedPayload(
            client_id=CLIENT_ID,
            store_hash="abc123def4",
            user=PayloadUser(self.user, f"{self.user}@example.com"),
            owner=PayloadUser(OWNER, "1@example.com"),
            issued_at=self.issued_at,
            url="/",
            channel_id=None,
        )


@dataclass(frozen=True)
class Consent:
    """An installation under way."""

    by: str
    began_at: int


@dataclass
class Model:
    """What is true of the store: since when it is installed, its users, every removal and so on.

    `token` is when the access token came, `uninstalled_at` when the latest uninstall was issued.
    """

    multiple_users: bool
    installed_at: int | None = None
    token: int | None = None
    uninstalled_at: int = 0
    users: dict[str, int] = field(default_factory=dict)
    removals: dict[str, int] = field(default_factory=dict)

    def install(self, consent: Consent, at: int) -> None:
        if consent.began_at < self.uninstalled_at:
            return
        for user in (OWNER, consent.by):
            if self.removals.get(user, 0) < consent.began_at:
                self.users[user] = max(self.users.get(user, 0), consent.began_at)
        self.installed_at = max(self.installed_at or 0, consent.began_at)
        self.token = at

    def deliver(self, delivery: Delivery) -> None:
        allowed = delivery.user == OWNER or self.multiple_users
        if delivery.kind != "remove user" and not allowed:
            return
        if delivery.kind == "uninstall":
            self._uninstall(delivery.issued_at)
        elif self.installed_at is None:
            return
        elif delivery.kind == "load":
            self._load(delivery.user, delivery.issued_at)
        else:
            self._remove(delivery.user, delivery.issued_at)

    def _uninstall(self, at: int) -> None:
        if self.installed_at is None or at > self.installed_at:
            self.installed_at = self.token = None
            self.users = {}
            self.uninstalled_at = max(at, self.uninstalled_at)

    def _load(self, user: str, at: int) -> None:
        latest_change = max(self.installed_at or 0, self.removals.get(user, 0))
        if user not in self.users and at > latest_change:
            self.users[user] = at

    def _remove(self, user: str, at: int) -> None:
        if at > self.users.get(user, 0):
            self.users.pop(user, None)
            self.removals[user] = max(at, self.removals.get(user, 0))


class InstallationLife(RuleBasedStateMachine):
    """Events at a store in any order, and their payloads delivered at any time."""

    record: Record = None
    model: Model
    now = START

    def __init__(self) -> None:
        super().__init__()
        self.held_back: list[Delivery] = []
        self.delivered: list[Delivery] = []

    @initialize(multiple_users=st.booleans())
    def deploy(self, multiple_users: bool) -> None:
        self.model = Model(multiple_users)

    @rule(by=users, pause=seconds)
    def consent(self, by: str, pause: int) -> None:
        """The app is installed, or installed once more."""
        self.now += pause
        self._install(Consent(by, self.now))

    @rule(by=users, pause=seconds, meanwhile=st.lists(meanwhiles, min_size=1, max_size=4))
    def consent_slowly(self, by: str, pause: int, meanwhile: list[tuple[str, str, int]]) -> None:
        """BigCommerce's answer takes its time, and meanwhile other things happen."""
        self.now += pause
        slow = Consent(by, self.now)
        for kind, user, late in meanwhile:
            issued_at = self.now + 1
            self.now = issued_at + late
            if kind == "consent":
                self._install(Consent(user, self.now))
            elif self._leaves_a_trace(kind, issued_at):
                self._deliver(Delivery(kind, user, issued_at))
        self.now += 1
        self._install(slow)

    @rule(kind=kinds, user=users, pause=seconds)
    def happen(self, kind: str, user: str, pause: int) -> None:
        """Something happens, and the app learns of it at once."""
        self.now += pause
        self._deliver(Delivery(kind, user, self.now))

    @rule(kind=kinds, user=users, pause=seconds)
    def happen_unnoticed(self, kind: str, user: str, pause: int) -> None:
        """Something happens, and the app does not learn of it yet."""
        self.now += pause
        self.held_back.append(Delivery(kind, user, self.now))

    @rule(pause=hours)
    def wait(self, pause: int) -> None:
        self.now += pause

    @precondition(lambda self: self.held_back)
    @rule(data=st.data())
    def arrive_late(self, data: st.DataObject) -> None:
        delivery = data.draw(st.sampled_from(self.held_back))
        self.held_back.remove(delivery)
        assume(self._holds(delivery))
        self._deliver(delivery)

    @precondition(lambda self: self.delivered)
    @rule(data=st.data(), pause=seconds)
    def replay(self, data: st.DataObject, pause: int) -> None:
        """Nothing ever changes by what the app was told before."""
        self.now += pause
        still_valid = [delivery for delivery in self.delivered if self._holds(delivery)]
        assume(still_valid)
        before = self._visible()

        self._apply(data.draw(st.sampled_from(still_valid)))

        assert self._visible() == before

    @invariant()
    def the_record_says_what_is_true(self) -> None:
        match self.record:
            case Installation():
                assert self.record.installed_at == self.model.installed_at
                assert set(self.record.users) == set(self.model.users)
                assert self.record.access_token == str(self.model.token).encode()
            case _:
                assert self.model.installed_at is None

    @invariant()
    def an_uninstalled_store_has_no_user_and_no_token(self) -> None:
        if not isinstance(self.record, Installation):
            assert not hasattr(self.record, "users")
            assert not hasattr(self.record, "access_token")

    def _install(self, consent: Consent) -> None:
        new = Installation(
            client_id=CLIENT_ID,
            installed_at=consent.began_at,
            granted_at_ms=self.now * 1000,
            access_token=str(self.now).encode(),
            scopes=(),
            account_uuid=None,
            owner_id=OWNER,
            users={
                id_: User(id_, f"{id_}@example.com", consent.began_at)
                for id_ in (OWNER, consent.by)
            },
        )
        self.record = install(self.record, new)
        self.model.install(consent, self.now)

    def _deliver(self, delivery: Delivery) -> None:
        self.delivered.append(delivery)
        self._apply(delivery)
        self.model.deliver(delivery)

    def _apply(self, delivery: Delivery) -> None:
        rules: dict[str, Callable[[], Record]] = {
            "load": lambda: load(
                self.record, delivery.payload, multiple_users=self.model.multiple_users
            ),
            "remove user": lambda: remove_user(self.record, delivery.payload),
            "uninstall": lambda: uninstall(
                self.record,
                delivery.payload,
                multiple_users=self.model.multiple_users,
                arrived_at=self.now,
                retention_seconds=RETENTION_SECONDS,
            ),
        }
        with suppress(CallbackError):  # refused, and so nothing has changed
            self.record = rules[delivery.kind]()

    def _leaves_a_trace(self, kind: str, issued_at: int) -> bool:
        """Whether the record tells of it to an installation that began before and ends after it.

        It does not tell of a removal where nothing is installed, nor of an uninstall that is older
        than what is installed: docs/reliability.md names both.
        """
        installed_at = self.model.installed_at
        if kind == "remove user":
            return installed_at is not None
        return kind != "uninstall" or installed_at is None or issued_at > installed_at

    def _holds(self, delivery: Delivery) -> bool:
        """Whether the payload would still be verified, by the slowest of clocks."""
        return self.now - delivery.issued_at <= LIFETIME_SECONDS + LEEWAY_SECONDS

    def _visible(self) -> object:
        """All of the record but which removals it remembers."""
        if isinstance(self.record, Installation):
            return self.record.access_token, dict(self.record.users)
        return self.record


InstallationLife.TestCase.settings = settings(max_examples=300, stateful_step_count=50)
TestInstallationLife = InstallationLife.TestCase
