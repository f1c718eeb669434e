"""The life of a store's connection at Rutter: pure rules that know neither AWS nor HTTP.

A connection is a separate item next to the store's record. The record's `granted_at_ms` is the
token's generation: it says which token Rutter has. Times are epoch seconds unless stated otherwise.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum, auto

from ..records.installation import Installation, Record, Uninstalled
from ..records.reconcile_request import Trigger

# Our own words for a state; the others are Rutter's.
PENDING, REFUSED, DELETED = "pending", "refused", "deleted"
ACTIVE = "active"
# Source: Rutter's connections API, the parameter `status` of the list.
RUTTERS_STATES = frozenset({ACTIVE, "unhealthy", "not_ready", "needs_reauth", "disabled"})
# Only a new consent or a new call changes these.
_ENDED = frozenset({REFUSED, DELETED, "needs_reauth", "disabled"})

# Only one invocation works on a connection at a time. Longer than an invocation may take.
HOLD_SECONDS = 40
# While a message is retried (about 35 minutes), the sweep does not queue its store again.
RETRY_SECONDS = 3600
# The next poll is due after as long as the connection has been unsettled, within these bounds.
SHORTEST_POLL_SECONDS, LONGEST_POLL_SECONDS = 300, 3600


@dataclass(frozen=True)
class Connection:
    """The state of a store's connection at Rutter.

    Attributes:
        state: `pending`, `refused`, `deleted`, or one of Rutter's words.
        reason: why the connection is not healthy, for a person; None if it is.
        id: Rutter's ID of the connection; None until Rutter returned one.
        access_token: KMS ciphertext of Rutter's access token to the store's data.
        generation: the generation that was sent to Rutter last.
        connected_generation: the generation that Rutter has; 0 for none.
        idempotency_key: the key of a call whose outcome is unknown; None if there is none.
        held_until: when another invocation may work on the connection, whatever happened.
        since: when Rutter accepted the current token.
        due: when the sweep queues the store again; None if the connection is settled.
    """

    state: str = PENDING
    reason: str | None = None
    id: str | None = None
    access_token: bytes | None = field(default=None, repr=False)
    generation: int = 0
    connected_generation: int = 0
    idempotency_key: str | None = None
    held_until: int = 0
    since: int = 0
    due: int | None = None


class Step(StrEnum):
    """A step that brings Rutter's side closer to the store's record."""

    NOTHING = auto()
    CONNECT = auto()
    POLL = auto()
    DELETE = auto()


def next_step(
    record: Record,
    connection: Connection | None,
    *,
    on_uninstall: str,
    trigger: Trigger,
    now: int,
    retried: bool = False,
) -> Step:
    """Return the step that the store's record calls for.

    An operator may retry what Rutter refused. A webhook always leads to a poll, and so does a
    message that is received again, because the poll before failed.
    """
    match record:
        case Installation(granted_at_ms=generation):
            known = connection or Connection()
            wants_poll = _wants_poll(known, trigger, now, installed=True, retried=retried)
            return _installed(generation, known, trigger, wants_poll=wants_poll)
        case Uninstalled() if connection is not None:
            wants_poll = _wants_poll(connection, trigger, now, installed=False, retried=retried)
            return _uninstalled(connection, on_uninstall, wants_poll=wants_poll)
    return Step.NOTHING


def _installed(
    generation: int, connection: Connection, trigger: Trigger, *, wants_poll: bool
) -> Step:
    by_operator = trigger is Trigger.OPERATOR
    if by_operator and connection.state in _ENDED:
        return Step.CONNECT
    if connection.connected_generation != generation:
        refused = connection.state == REFUSED and connection.generation == generation
        return Step.NOTHING if refused else Step.CONNECT
    return Step.POLL if wants_poll or by_operator else Step.NOTHING


def _uninstalled(connection: Connection, on_uninstall: str, *, wants_poll: bool) -> Step:
    # Without an ID, nothing at Rutter is known to be this app's.
    if connection.state == DELETED or connection.id is None:
        return Step.NOTHING
    if on_uninstall == "delete":
        return Step.DELETE
    return Step.POLL if wants_poll else Step.NOTHING


def _wants_poll(
    connection: Connection, trigger: Trigger, now: int, *, installed: bool, retried: bool
) -> bool:
    if trigger is Trigger.WEBHOOK or (connection.due is not None and connection.due <= now):
        return True
    waits = connection.due is not None and not retried and trigger is not Trigger.FOLLOW_UP
    return not waits and not is_settled(connection, installed=installed)


def is_settled(connection: Connection, *, installed: bool) -> bool:
    """Whether polling can end: data syncs, Rutter noticed the uninstall, or a person must act."""
    if installed:
        return connection.state in {ACTIVE, REFUSED}
    return connection.state in _ENDED


def merchant_status(connection: Connection | None) -> str:
    """Return whether data syncs, for the merchant of a store that has the app installed."""
    match connection:
        case Connection(state="active"):
            return "Your store's data is syncing."
        case Connection(state="unhealthy"):
            return "Your store's data is syncing, but some of it cannot be read right now."
        case Connection(state=state) if state in _ENDED:
            return "Your store's data is not syncing. Reinstall the app, or contact support."
        case Connection(state="not_ready"):
            return "Your store's data is syncing for the first time. This can take a few hours."
        case _:
            return "Your store's data is not syncing yet."


def start(connection: Connection, generation: int, *, now: int, new_key: str) -> Connection:
    """Return the connection before this generation's token is sent to Rutter.

    A repeated call for the same generation keeps its idempotency key. A connection whose previous
    token was refused becomes pending. Otherwise a failed call is not retried.
    """
    repeated = connection.generation == generation and connection.idempotency_key is not None
    was_refused = connection.state == REFUSED and connection.connected_generation != generation
    state = PENDING if connection.id is None or was_refused else connection.state
    return replace(
        connection,
        state=state,
        reason=None,
        generation=generation,
        idempotency_key=connection.idempotency_key if repeated else new_key,
        held_until=now + HOLD_SECONDS,
        due=now + RETRY_SECONDS,
    )


def hold(connection: Connection, *, now: int) -> Connection:
    """Return the connection before it is polled, or deleted at Rutter."""
    return replace(connection, held_until=now + HOLD_SECONDS, due=now + RETRY_SECONDS)


def complete(
    connection: Connection, id_: str, access_token: bytes | None, state: str, *, now: int
) -> Connection:
    """Return the connection after Rutter accepted the token."""
    completed = Connection(
        state=state,
        id=id_,
        access_token=access_token or connection.access_token,
        generation=connection.generation,
        connected_generation=connection.generation,
        since=now,
    )
    return _with_next_poll(completed, installed=True, now=now)


def refuse(connection: Connection, reason: str) -> Connection:
    """Return the connection after a refusal that only a person can resolve."""
    return replace(
        connection, state=REFUSED, reason=reason, idempotency_key=None, held_until=0, due=None
    )


def interrupt(connection: Connection, reason: str, *, now: int, new_key: str | None) -> Connection:
    """Return the connection after a call to retry.

    `new_key` is given if Rutter keeps the call's outcome under the old key.
    """
    return replace(
        connection,
        reason=reason,
        idempotency_key=new_key or connection.idempotency_key,
        held_until=0,
        due=now + RETRY_SECONDS,
    )


def record_poll(
    connection: Connection, state: str, reason: str | None, *, installed: bool, now: int
) -> Connection:
    """Return the connection after Rutter returned its state."""
    polled = replace(connection, state=state, reason=reason, held_until=0)
    return _with_next_poll(polled, installed=installed, now=now)


def deleted(connection: Connection, reason: str | None = None) -> Connection:
    """Return the connection after it was deleted; Rutter's access token is useless from then on."""
    return Connection(state=DELETED, reason=reason, generation=connection.generation)


def _with_next_poll(connection: Connection, *, installed: bool, now: int) -> Connection:
    if is_settled(connection, installed=installed):
        return replace(connection, due=None)
    pause = min(max(now - connection.since, SHORTEST_POLL_SECONDS), LONGEST_POLL_SECONDS)
    return replace(connection, due=now + pause)
