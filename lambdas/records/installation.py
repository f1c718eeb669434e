"""The lifecycle of an installation: pure rules that take a store's record and return the next one.

A store's record is absent (None), an `Installation`, or an `Uninstalled` marker. A rule that
returns the same record changes nothing.

Signed payloads live 24 hours and can be replayed. So the rules compare when payloads were issued,
not when they arrived. A payload that is older than the state it would change has no effect. Times
are epoch seconds: `iat` by BigCommerce's clock, arrivals by ours. The clocks may differ by a few
seconds.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeGuard

from ..shared.errors import (
    InvalidSignedPayloadError,
    OutdatedPayloadError,
    StoreNotInstalledError,
    UserNotAllowedError,
)
from .claims import LEEWAY_SECONDS, LIFETIME_SECONDS, SignedPayload

# An auth callback is answered well within it: API Gateway waits for 30 seconds.
LONGEST_INSTALLATION_SECONDS = 60
# A browser that sends an auth callback twice does so within seconds.
REPEAT_SECONDS = 60
# BigCommerce delivers a removal and an uninstall when they happen. A payload does not name its
# callback, so an older one is more likely a user's load payload.
FRESH_SECONDS = 5 * 60


@dataclass(frozen=True)
class User:
    """A user who may open the app.

    Attributes:
        id: BigCommerce's ID, decimal digits.
        email: the address BigCommerce gave, or None.
        added_at: when the payload that brought the user or made them the owner was issued, or the
            app installed by them.
    """

    id: str
    email: str | None = field(repr=False)
    added_at: int


@dataclass(frozen=True)
class Installation:
    """An installed store.

    Attributes:
        client_id: the app's, at the time: an app that was registered again has another.
        installed_at: when the latest auth callback that led to this installation arrived.
        granted_at_ms: when BigCommerce's answer with the current access token came, in epoch
            milliseconds.
        access_token: KMS ciphertext.
        scopes: the granted OAuth scopes.
        account_uuid: an account's ID, as BigCommerce gave it; whose, its texts disagree on.
        code_hash: `code_hash()` of the code that was exchanged for the token; None if imported.
        owner_id: the store owner's user ID.
        users: everyone who may open the app, the owner among them, by user ID.
        removed_users: when the removal of a user was issued, by user ID; kept as long as a payload
            of theirs could still be replayed.
        previous_uninstall: the latest uninstall before this installation, if one is known.
    """

    client_id: str
    installed_at: int
    granted_at_ms: int
    access_token: bytes = field(repr=False)
    scopes: tuple[str, ...]
    account_uuid: str | None
    owner_id: str
    users: Mapping[str, User]
    removed_users: Mapping[str, int] = field(default_factory=dict)
    previous_uninstall: "Uninstall | None" = None
    code_hash: str | None = None


@dataclass(frozen=True)
class Uninstall:
    """When an uninstall was issued, and when its callback arrived."""

    issued_at: int
    arrived_at: int

    def ended(self, installation: Installation) -> bool:
        """Return whether it came after this installation began, by both clocks.

        If BigCommerce's clock is ahead of ours, an uninstall of long ago looks newer.
        """
        return min(self.issued_at, self.arrived_at) > installation.installed_at


@dataclass(frozen=True)
class Uninstalled:
    """The dated marker of a store that uninstalled the app: no token, no personal data.

    Attributes:
        client_id: the app's that was uninstalled.
        uninstall: the latest one.
        expires_at: when DynamoDB may delete the marker.
    """

    client_id: str
    uninstall: Uninstall
    expires_at: int


Record = Installation | Uninstalled | None


def code_hash(code: str) -> str:
    """Return the SHA-256 of an authorization code, in hexadecimal digits."""
    return hashlib.sha256(code.encode()).hexdigest()


def was_just_installed_with(
    record: Record, code: str, *, client_id: str, arrived_at: int
) -> TypeGuard[Installation]:
    """Return whether the token was granted for this client and code within the last minute."""
    return (
        isinstance(record, Installation)
        and record.client_id == client_id
        and arrived_at * 1000 - record.granted_at_ms <= REPEAT_SECONDS * 1000
        and hmac.compare_digest(record.code_hash or "", code_hash(code))
    )


def install(record: Record, new: Installation) -> Record:
    """Return the record after an auth callback whose installation is `new`.

    A store that is installed already keeps its users. Removed users stay removed, unless they
    install the app now or own the store. If two installations overlap, the later token is kept, and
    the users of both. An uninstall ends every installation that began before it, even if the store
    was installed again since.
    """
    match record:
        case Installation() if (
            record.client_id != new.client_id and record.granted_at_ms > new.granted_at_ms
        ):
            return record
        case Installation() | Uninstalled() if record.client_id != new.client_id:
            return new
        case (
            Installation(previous_uninstall=Uninstall() as known) | Uninstalled(uninstall=known)
        ) if known.ended(new):
            return record
        case Installation():
            return _merged(record, new)
        case Uninstalled():
            return replace(new, previous_uninstall=record.uninstall)
        case None:
            return new


def load(record: Record, payload: SignedPayload, *, multiple_users: bool) -> Installation:
    """Return the record after a load callback, with a new user or a new owner.

    Raises:
        StoreNotInstalledError: there is no installation, or one with another client ID.
        UserNotAllowedError: multiple users are off and the user is not the owner.
        OutdatedPayloadError: the user is not known, and the payload older than the installation.
        InvalidSignedPayloadError: the user is not known, and the payload older than their removal.
    """
    if record is None:
        raise StoreNotInstalledError("the store has no record")
    if isinstance(record, Uninstalled):
        raise StoreNotInstalledError("the store uninstalled the app")
    if record.client_id != payload.client_id:
        raise StoreNotInstalledError("installed with another client ID")
    if not multiple_users and not payload.is_owner:
        raise UserNotAllowedError("multiple users are off")
    if payload.user.id not in record.users:
        if payload.issued_at < record.installed_at:
            raise OutdatedPayloadError("unknown user, issued before the installation")
        _refuse_removed(record, payload)
        record = _with_user(record, payload)
    if payload.is_owner and _is_new_owner(record, payload):
        return replace(_with_user(record, payload), owner_id=payload.user.id)
    return record


def uninstall(
    record: Record,
    payload: SignedPayload,
    *,
    multiple_users: bool,
    arrived_at: int,
    retention_seconds: int,
) -> Record:
    """Return the record after an uninstall callback: a marker without token and personal data.

    A store without an installation gets a marker too if the uninstall was issued within the last
    minute: an installation that began before it may be under way. Nothing changes if the store was
    installed later or with another client ID. Nor does it if this or a newer uninstall is known.

    With multiple users on, a user other than the owner may uninstall within five minutes after the
    payload was issued. This includes administrators who never opened the app. A payload does not
    name its callback, so within these minutes a load payload is accepted too.

    Raises:
        UserNotAllowedError: multiple users are off and the user is not the owner.
        OutdatedPayloadError: the user is not the owner, and the payload too old.
        InvalidSignedPayloadError: it would end the installation, and is older than the user's
            removal.
    """
    if not payload.is_owner:
        if not multiple_users:
            raise UserNotAllowedError("multiple users are off")
        _refuse_outdated(payload, arrived_at)
    match record:
        case Installation() if record.client_id != payload.client_id:
            return record
        case Installation() if payload.issued_at < record.installed_at:
            return record
        case (
            Installation(previous_uninstall=Uninstall(issued_at=known))
            | Uninstalled(uninstall=Uninstall(issued_at=known))
        ) if payload.issued_at <= known:
            return record
        case None | Uninstalled() if arrived_at - payload.issued_at > LONGEST_INSTALLATION_SECONDS:
            return record
        case Installation():
            _refuse_removed(record, payload)
    return Uninstalled(
        payload.client_id,
        Uninstall(payload.issued_at, arrived_at),
        expires_at=payload.issued_at + retention_seconds,
    )


def remove_user(record: Record, payload: SignedPayload, *, arrived_at: int) -> Record:
    """Return the record after a remove user callback.

    Nothing changes if the store is not installed, or installed with another client ID, or if the
    user was added after the payload was issued. The record keeps the removal, so that an older load
    payload does not undo it.

    Raises:
        OutdatedPayloadError: the payload was issued more than five minutes ago.
    """
    _refuse_outdated(payload, arrived_at)
    if not isinstance(record, Installation) or record.client_id != payload.client_id:
        return record
    user = record.users.get(payload.user.id)
    if user is not None and payload.issued_at < user.added_at:
        return record
    if user is None and payload.issued_at <= record.removed_users.get(payload.user.id, -1):
        return record
    removed = _still_needed(record.removed_users, payload.issued_at)
    return replace(
        record,
        users={id_: user for id_, user in record.users.items() if id_ != payload.user.id},
        removed_users={**removed, payload.user.id: payload.issued_at},
    )


def _refuse_outdated(payload: SignedPayload, arrived_at: int) -> None:
    if arrived_at - payload.issued_at > FRESH_SECONDS + LEEWAY_SECONDS:
        raise OutdatedPayloadError("issued more than five minutes ago")


def _refuse_removed(record: Installation, payload: SignedPayload) -> None:
    if payload.issued_at <= record.removed_users.get(payload.user.id, -1):
        raise InvalidSignedPayloadError("issued before the user's removal")


def _with_user(record: Installation, payload: SignedPayload) -> Installation:
    user = User(payload.user.id, payload.user.email, payload.issued_at)
    return replace(record, users={**record.users, user.id: user})


def _is_new_owner(record: Installation, payload: SignedPayload) -> bool:
    """Return whether the payload names another owner than the record, and is newer."""
    owner = record.users.get(record.owner_id)
    known_since = max(record.installed_at, owner.added_at if owner is not None else 0)
    return payload.user.id != record.owner_id and payload.issued_at > known_since


def _merged(before: Installation, new: Installation) -> Installation:
    removed = _still_needed(before.removed_users, new.installed_at)
    here = {
        id_: _latest(before.users.get(id_), user)
        for id_, user in new.users.items()
        if removed.get(id_, new.installed_at) <= new.installed_at
    }
    return replace(
        new if new.granted_at_ms >= before.granted_at_ms else before,
        installed_at=max(before.installed_at, new.installed_at),
        users={**before.users, **here},
        removed_users={id_: at for id_, at in removed.items() if id_ not in here},
        previous_uninstall=before.previous_uninstall,
    )


def _latest(before: User | None, new: User) -> User:
    return before if before is not None and before.added_at > new.added_at else new


def _still_needed(removed_users: Mapping[str, int], now: int) -> dict[str, int]:
    """Return the removals whose users could still replay a payload."""
    oldest = now - LIFETIME_SECONDS - 2 * LEEWAY_SECONDS
    return {id_: at for id_, at in removed_users.items() if at >= oldest}
