"""The life of a store's connection at Rutter: pure rules, which know neither AWS nor HTTP.

A connection is an item of its own beside the store's record, so that whoever writes it neither
writes the record nor hears of its own write. Which token Rutter has is told by its generation: the
record's `granted_at_ms`. Times are epoch seconds, unless they say otherwise.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum, auto

from ..records.installation import Installation, Record, Uninstalled

# Our own words for a state; the others are Rutter's.
PENDING, REFUSED, DELETED = "pending", "refused", "deleted"
ACTIVE = "active"
# Rutter's connections API, the parameter `status` of the list.
RUTTERS_STATES = frozenset({ACTIVE, "unhealthy", "not_ready", "needs_reauth", "disabled"})
# What only a new consent or a new call mends.
_ENDED = frozenset({REFUSED, DELETED, "needs_reauth", "disabled"})

# While a function works on a connection no other does. Longer than a function may take.
HOLD_SECONDS = 40
# A first sync takes from moments to hours: Rutter is asked for a day, less and less often.
LOOKS = 100
_LONGEST_PAUSE_SECONDS = 900


@dataclass(frozen=True)
class Connection:
    """What is known of a store's connection.

    Attributes:
        state: `pending`, `refused`, `deleted`, or one of Rutter's words.
        reason: why it is not further, for a person; None where all is well.
        id: Rutter's id of it; None until Rutter gave one.
        access_token: KMS ciphertext of Rutter's access token to the store's data.
        generation: that of the token which is, or was last, being handed over.
        handed_over: that of the token which Rutter has; 0 for none.
        idempotency_key: that of the call whose outcome is not known; None where it is.
        held_until: when nobody works on it any more, whatever happened.
        looks: how often its state was asked for since something happened.
    """

    state: str = PENDING
    reason: str | None = None
    id: str | None = None
    access_token: bytes | None = field(default=None, repr=False)
    generation: int = 0
    handed_over: int = 0
    idempotency_key: str | None = None
    held_until: int = 0
    looks: int = 0


class Step(StrEnum):
    """What is to be done for a store."""

    NOTHING = auto()
    HAND_OVER = auto()
    LOOK = auto()
    DELETE = auto()


def next_step(
    record: Record, connection: Connection | None, *, on_uninstall: str, asked: bool, told: bool
) -> Step:
    """What is to be done, from what the store's record says now.

    `asked` is whether a person asked for it, who may try again what was refused; `told` is whether
    Rutter told that something happened, which is looked at, whatever is known.
    """
    match record:
        case Installation(granted_at_ms=generation):
            return _installed(generation, connection or Connection(), asked=asked, told=told)
        case Uninstalled() if connection is not None:
            return _uninstalled(connection, on_uninstall, told=told)
    return Step.NOTHING


def _installed(generation: int, connection: Connection, *, asked: bool, told: bool) -> Step:
    refused = connection.state == REFUSED and connection.generation == generation
    if asked and connection.state in _ENDED:
        return Step.HAND_OVER
    if connection.handed_over != generation:
        return Step.NOTHING if refused else Step.HAND_OVER
    waits = not is_settled(connection, installed=True)
    return Step.LOOK if waits or asked or told else Step.NOTHING


def _uninstalled(connection: Connection, on_uninstall: str, *, told: bool) -> Step:
    if connection.state == DELETED:
        return Step.NOTHING
    if connection.id is None:
        return Step.NOTHING  # what Rutter may have of the store is not known to be this app's
    if on_uninstall == "delete":
        return Step.DELETE
    waits = not is_settled(connection, installed=False)
    return Step.LOOK if waits or told else Step.NOTHING


def is_settled(connection: Connection, *, installed: bool) -> bool:
    """Whether nothing is waited for: data flows, or Rutter has noticed the uninstall."""
    return connection.state == ACTIVE if installed else connection.state in _ENDED


def in_a_line(connection: Connection | None) -> str:
    """Whether data flows, for the merchant; the connection of a store that has the app."""
    match connection:
        case Connection(state="active"):
            return "Data flows: Rutter has the data of this store, and keeps it up to date."
        case Connection(state="unhealthy"):
            return "Data flows with gaps: Rutter cannot read all of this store at the moment."
        case Connection(state=state) if state in _ENDED:
            return (
                "No data flows: Rutter has no access to this store. Install the app once more, or "
                "ask for support."
            )
        case Connection(state="not_ready"):
            return (
                "No data flows yet: Rutter reads this store for the first time, which takes from "
                "moments to hours."
            )
        case _:
            return "No data flows yet."


def pause_before(look: int) -> int:
    """Seconds before the look of this number, from 1."""
    return min(1 << look, _LONGEST_PAUSE_SECONDS)


def begun(connection: Connection, generation: int, *, now: int, new_key: str) -> Connection:
    """The connection before Rutter is called with the token of this generation.

    A call that is made again for the same token has the same key.
    """
    again = connection.generation == generation and connection.idempotency_key is not None
    return replace(
        connection,
        state=PENDING if connection.id is None else connection.state,
        reason=None,
        generation=generation,
        idempotency_key=connection.idempotency_key if again else new_key,
        held_until=now + HOLD_SECONDS,
    )


def held(connection: Connection, *, now: int) -> Connection:
    """The connection while it is being deleted."""
    return replace(connection, held_until=now + HOLD_SECONDS)


def made(connection: Connection, id_: str, access_token: bytes | None, state: str) -> Connection:
    """The connection once Rutter has taken the token."""
    return Connection(
        state=state,
        id=id_,
        access_token=access_token or connection.access_token,
        generation=connection.generation,
        handed_over=connection.generation,
        looks=1,
    )


def refused(connection: Connection, reason: str) -> Connection:
    """The connection once Rutter has refused for a reason that a person must mend."""
    return replace(
        connection, state=REFUSED, reason=reason, idempotency_key=None, held_until=0, looks=0
    )


def interrupted(connection: Connection, reason: str, *, new_key: str | None) -> Connection:
    """The connection after a call that is to be made again; `new_key` where the key is used up."""
    key = new_key or connection.idempotency_key
    return replace(connection, reason=reason, idempotency_key=key, held_until=0)


def looked(connection: Connection, state: str, reason: str | None, *, looks: int) -> Connection:
    """The connection once Rutter has said how it is."""
    return replace(connection, state=state, reason=reason, looks=looks)


def deleted(connection: Connection) -> Connection:
    """The connection once it is gone at Rutter: its token is of no use."""
    return Connection(state=DELETED, generation=connection.generation)
