"""The reconciler: make Rutter's side match a store's record.

It is level-triggered, as a Kubernetes controller: whatever the trigger, it reads the connection and
then the record, takes one step, and writes the connection. Every call to Rutter is written down
before it is made, and no other invocation works on the store meanwhile. So a repeated call has the
same key, and makes no second connection if Rutter heeds the key or recognizes the store. The only
connections that are used are those that Rutter returned for the store's token.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from ..records import access_tokens, apps, credentials, installation_item, installation_table
from ..records.installation import Installation, Record
from ..shared.errors import UnknownOrganizationError
from ..shared.log import logger
from . import connection as rules
from . import connection_table, requests
from .client import RefusedError, Rutter, RutterConnection, RutterError, UnknownConnectionError
from .connection import Connection, Step, Trigger
from .requests import Request
from .rutter_credentials import rutter_of

# A fast first sync shows soon; the sweep polls the others.
FOLLOW_UP_SECONDS = (2, 30, 240)

_Answer = TypeVar("_Answer")


class RetryLaterError(Exception):
    """The store must be reconciled again, after `seconds` at least."""

    def __init__(self, reason: str, *, seconds: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds


def reconcile(request: Request) -> Step:
    """Take the step that a store's record calls for, and return it.

    Raises:
        RetryLaterError: the store must be reconciled again.
        ServiceUnavailableError: SQS did not take a follow-up.
        AppNotRegisteredError: the app has no credentials at BigCommerce.
        CredentialsUnreadableError: Secrets Manager did not return them.
        ClientError, BotoCoreError: another call of AWS failed.
        ValueError, KeyError, TypeError: the secret with the credentials at Rutter is malformed.
    """
    try:
        app = apps.read(request.organization_id)
    except UnknownOrganizationError:
        return Step.NOTHING  # the app was removed from the stack
    if app.rutter_on_uninstall is None:
        return Step.NOTHING
    store = _Store(request)
    known = store.connection
    if known is not None and known.held_until > time.time():
        raise RetryLaterError("another invocation is working on the store")
    step = rules.next_step(
        store.record,
        known,
        on_uninstall=app.rutter_on_uninstall,
        trigger=request.trigger,
        now=_now(),
    )
    match step:
        case Step.NOTHING:
            store.settle()
        case Step.CONNECT:
            _connect(store, request.trigger)
        case Step.POLL:
            _poll(store)
        case Step.DELETE:
            _delete(store)
    return step


class _Store:
    """A store that one invocation works on.

    Attributes:
        ids: its organization ID and its store hash.
        connection: as the table has it, kept up to date.
        record: the store's record, read after the connection. Read before it, a record that is out
            of date would pass the check of the connection's revision.
    """

    def __init__(self, request: Request) -> None:
        self.ids = (request.organization_id, request.store_hash)
        self.connection, self._revision = connection_table.read(*self.ids)
        self.record: Record = installation_table.read(*self.ids)
        self._is_off_the_list = False

    @property
    def is_installed(self) -> bool:
        return isinstance(self.record, Installation)

    @cached_property
    def rutter(self) -> Rutter:
        return rutter_of(self.ids[0])

    @property
    def token_context(self) -> dict[str, str]:
        return access_tokens.encryption_context(*self.ids)

    @property
    def rutter_token_context(self) -> dict[str, str]:
        """The encryption context of Rutter's access token, which no reader of tokens may use."""
        return {**self.token_context, "issuer": "rutter"}

    def write(self, connection: Connection) -> Connection:
        """Write the connection. From then on its own due time replaces the record's.

        Raises:
            RetryLaterError: another invocation wrote it first.
            ClientError, BotoCoreError: a call of DynamoDB failed.
        """
        if not connection_table.write(*self.ids, connection, self._revision):
            raise RetryLaterError("another invocation wrote the connection", seconds=1)
        self.connection = connection
        self._revision += 1
        self._take_record_off_the_list()
        return connection

    def settle(self) -> None:
        """Take the store off the sweep's list, unless its connection must be polled later.

        Raises:
            RetryLaterError: another invocation wrote the connection first.
            ClientError, BotoCoreError: a call of DynamoDB failed.
        """
        known = self.connection
        if known is not None and known.due is not None and known.due <= _now():
            self.write(replace(known, due=None))
        self._take_record_off_the_list()

    def _take_record_off_the_list(self) -> None:
        if self.record is not None and not self._is_off_the_list:
            connection_table.clear_due(*self.ids, installation_item.due(self.record))
            self._is_off_the_list = True

    def call(self, held: Connection, call: Callable[[], _Answer]) -> _Answer | None:
        """Return what a call to Rutter returns, None if Rutter refused; record why it failed.

        Raises:
            RetryLaterError: the call must be made again.
            ClientError, BotoCoreError: a call of AWS failed.
            ValueError, KeyError, TypeError: the secret with the credentials at Rutter is malformed.
        """
        try:
            return call()
        except RefusedError as error:
            logger.warning("Rutter refused the call", reason=error.reason)
            self.write(rules.refuse(held, error.reason))
            return None
        except RutterError as error:
            new_key = str(uuid.uuid4()) if error.key_is_used else None
            self.write(rules.interrupt(held, error.reason, now=_now(), new_key=new_key))
            raise RetryLaterError(error.reason, seconds=error.retry_after) from None


def _connect(store: _Store, trigger: Trigger) -> None:
    installation = store.record
    if not isinstance(installation, Installation):
        return
    before = store.connection or Connection()
    held = store.write(
        rules.start(before, installation.granted_at_ms, now=_now(), new_key=str(uuid.uuid4()))
    )
    # Read now, not from the cache: Rutter keeps what it is given here.
    app = credentials.read(store.ids[0])
    if app.client_id != installation.client_id:
        reason = "The store installed the app with another client ID. It must reinstall the app."
        store.write(rules.refuse(held, reason))
        return
    token = access_tokens.decrypt(installation.access_token, **store.token_context)

    def create() -> RutterConnection:
        key = str(held.idempotency_key)
        return store.rutter.create(store.ids[1], token, app, idempotency_key=key)

    created = store.call(held, create)
    if created is None:
        return
    if before.id not in (None, created.id):
        logger.warning("Rutter did not recognize the store and made another connection")
    encrypted = created.access_token and access_tokens.encrypt(
        created.access_token, **store.rutter_token_context
    )
    state = created.state or "not_ready"
    after = store.write(rules.complete(held, created.id, encrypted or None, state, now=_now()))
    # Neither a follow-up nor the sweep brings follow-ups: no chain of messages is longer than one.
    if after.due is not None and trigger not in {Trigger.FOLLOW_UP, Trigger.SWEEP}:
        follow_up = Request(*store.ids, Trigger.FOLLOW_UP)
        requests.send_all([(follow_up, delay) for delay in FOLLOW_UP_SECONDS])


def _poll(store: _Store) -> None:
    known = store.connection
    if known is None or known.id is None:
        return
    id_, encrypted = known.id, known.access_token
    token = encrypted and access_tokens.decrypt(encrypted, **store.rutter_token_context)
    try:
        state, reason = store.rutter.state(id_, token or None), None
    except UnknownConnectionError as error:
        state, reason = "disabled", error.reason
    except RefusedError as error:
        state, reason = known.state, error.reason
    except RutterError as error:
        store.write(rules.interrupt(known, error.reason, now=_now(), new_key=None))
        raise RetryLaterError(error.reason, seconds=error.retry_after) from None
    store.write(rules.record_poll(known, state, reason, installed=store.is_installed, now=_now()))


def _delete(store: _Store) -> None:
    known = store.connection
    if known is None or known.id is None:
        return
    id_ = known.id
    held = store.write(rules.hold(known, now=_now()))
    if any(ids != store.ids for ids in connection_table.owners(id_)):
        logger.warning("connection kept at Rutter: another app of the stack uses it")
        store.write(rules.deleted(held, "Kept at Rutter: another app of the stack uses it."))
        return

    def delete() -> bool:
        store.rutter.delete(id_)
        return True

    if store.call(held, delete):
        store.write(rules.deleted(held))


def _now() -> int:
    return int(time.time())
