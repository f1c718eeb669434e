"""Attending to a store: what its record and its connection say is to be done, is done.

Whatever is sent to Rutter is written down before, and nobody else works on the store meanwhile: so
a call that is repeated has the same key, and makes no second connection where Rutter heeds it or
recognises the store. No connection is taken for the store's but one that Rutter has named in answer
to its token.
"""

import time
import uuid
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from ..records import access_tokens, apps, credentials, installation_table
from ..records.installation import Installation
from ..shared.errors import UnknownOrganizationError
from ..shared.log import logger
from . import connection as rules
from . import connection_table, tasks
from .client import RefusedError, Rutter, RutterConnection, RutterError, UnknownConnectionError
from .connection import Connection, Step
from .rutter_credentials import rutter_of
from .tasks import Task

_Answer = TypeVar("_Answer")


class TryAgainError(Exception):
    """The store is to be attended to again, after `seconds` at least."""

    def __init__(self, reason: str, *, seconds: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds


def attend(task: Task) -> Step:
    """Do what is to be done for a store, and say what it was.

    Raises:
        TryAgainError: it is to be done again.
        AppNotRegisteredError: the app has no credentials at BigCommerce.
        CredentialsUnreadableError: Secrets Manager did not give them.
        ClientError, BotoCoreError: another call of AWS failed.
        ValueError, KeyError, TypeError: the secret with the credentials at Rutter is malformed.
    """
    try:
        app = apps.read(task.organization_id)
    except UnknownOrganizationError:
        return Step.NOTHING  # the app was taken out of the stack
    if app.rutter_on_uninstall is None:
        return Step.NOTHING
    record = installation_table.read(task.organization_id, task.store_hash)
    store = _Store(task)
    known = store.connection
    if task.look and (known is None or known.looks != task.look):
        return Step.NOTHING  # since then something happened, which brought a message of its own
    if known is not None and known.held_until > time.time():
        raise TryAgainError("another function works on it")
    step = rules.next_step(
        record, known, on_uninstall=app.rutter_on_uninstall, asked=task.asked, told=task.told
    )
    if step is Step.HAND_OVER and isinstance(record, Installation):
        _hand_over(store, record)
    elif step is Step.LOOK:
        _look(store, task, installed=isinstance(record, Installation))
    elif step is Step.DELETE:
        _delete(store)
    return step


class _Store:
    """A store whose connection one function works on.

    Attributes:
        ids: its organization id and its store hash.
        connection: as it stands in the table.
        rutter: Rutter for its organization.
    """

    def __init__(self, task: Task) -> None:
        self.ids = (task.organization_id, task.store_hash)
        self.connection, self._revision = connection_table.read(*self.ids)

    @cached_property
    def rutter(self) -> Rutter:
        return rutter_of(self.ids[0])

    def write(self, connection: Connection) -> Connection:
        """Write the connection as it is from now on.

        Raises:
            TryAgainError: another wrote it before.
            ClientError, BotoCoreError: the call of DynamoDB failed.
        """
        if not connection_table.write(*self.ids, connection, self._revision):
            raise TryAgainError("another function wrote the connection", seconds=1)
        self._revision += 1
        return connection

    def call(self, held: Connection, call: Callable[[], _Answer]) -> _Answer | None:
        """What a call of Rutter gives; None if it was refused. One that fails is written down.

        Raises:
            TryAgainError: it is to be made again.
            ClientError, BotoCoreError: a call of AWS failed.
            ValueError, KeyError, TypeError: the secret with the credentials at Rutter is malformed.
        """
        try:
            return call()
        except RefusedError as error:
            logger.warning("Rutter refused", reason=error.reason)
            self.write(rules.refused(held, error.reason))
            return None
        except RutterError as error:
            new_key = str(uuid.uuid4()) if error.key_is_used else None
            self.write(rules.interrupted(held, error.reason, new_key=new_key))
            raise TryAgainError(error.reason, seconds=error.retry_after) from None


def _hand_over(store: _Store, installation: Installation) -> None:
    before = store.connection or Connection()
    token = access_tokens.decrypt(installation.access_token, **_context(store))
    app = credentials.find(store.ids[0])
    generation = installation.granted_at_ms
    held = store.write(
        rules.begun(before, generation, now=int(time.time()), new_key=str(uuid.uuid4()))
    )

    def call() -> RutterConnection:
        key = str(held.idempotency_key)
        return store.rutter.create(store.ids[1], token, app, idempotency_key=key)

    made = store.call(held, call)
    if made is None:
        return
    if before.id not in (None, made.id):
        logger.warning("Rutter did not recognise the store: it has another connection now")
    encrypted = made.access_token and access_tokens.encrypt(made.access_token, **_rutters(store))
    after = store.write(rules.made(held, made.id, encrypted or None, made.state or "not_ready"))
    if not rules.is_settled(after, installed=True):
        tasks.send(Task(*store.ids, look=after.looks), delay=rules.pause_before(after.looks))


def _look(store: _Store, task: Task, *, installed: bool) -> None:
    known = store.connection
    if known is None or known.id is None:
        return
    encrypted = known.access_token
    token = None if encrypted is None else access_tokens.decrypt(encrypted, **_rutters(store))
    try:
        state, reason = store.rutter.state(known.id, token), None
    except UnknownConnectionError as error:
        state, reason = "disabled", error.reason
    except RefusedError as error:
        state, reason = known.state, error.reason
    except RutterError as error:
        raise TryAgainError(error.reason, seconds=error.retry_after) from None
    after = rules.looked(known, state, reason, looks=task.look + 1)
    if not rules.is_settled(after, installed=installed) and after.looks <= rules.LOOKS:
        # Before it is written down: a repetition finds the same look, and the rest goes unheeded.
        tasks.send(Task(*store.ids, look=after.looks), delay=rules.pause_before(after.looks))
    store.write(after)


def _delete(store: _Store) -> None:
    known = store.connection
    if known is None or known.id is None:
        return
    id_ = known.id
    held = store.write(rules.held(known, now=int(time.time())))

    def call() -> bool:
        store.rutter.delete(id_)
        return True

    if store.call(held, call):
        store.write(rules.deleted(held))


def _context(store: _Store) -> dict[str, str]:
    return access_tokens.encryption_context(*store.ids)


def _rutters(store: _Store) -> dict[str, str]:
    """The encryption context of Rutter's access token: not to be taken for the store's."""
    return {**_context(store), "issuer": "rutter"}
