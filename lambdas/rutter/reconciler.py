"""The reconciler: make Rutter's side match a store's record.

It is level-triggered, as a Kubernetes controller: whatever the trigger, it reads the connection and
then the record, takes one step, and writes the connection. Every call to Rutter is written down
before it is made, and no other invocation works on the store meanwhile. So a repeated call has the
same key. It makes no second connection if Rutter respects the key or recognizes the store. Only
connections that Rutter returned for the store's token are used.
"""

import time
import uuid
from dataclasses import replace
from http import HTTPStatus

from ..records import access_tokens, apps, credentials, installation_item, installation_table
from ..records.installation import Installation, Record
from ..records.reconcile_request import Request, Trigger
from ..shared.errors import ServiceUnavailableError, UnknownOrganizationError
from ..shared.log import logger
from . import connection as rules
from . import connection_table, requests
from .client import RefusedError, RutterError, UnknownConnectionError, rutter_of
from .connection import Connection, Step

# A fast first sync shows soon; the sweep polls the others.
FOLLOW_UP_SECONDS = (1, 30, 240)


class RetryLaterError(ServiceUnavailableError):
    """The store must be reconciled again, after `seconds` at least."""

    def __init__(self, reason: str, *, seconds: int = 0) -> None:
        super().__init__(reason)
        self.seconds = seconds


def reconcile(request: Request, *, retried: bool = False) -> Step:
    """Take the step that a store's record calls for, and return it.

    `retried` is whether the request was received before.

    Raises:
        RetryLaterError: the store must be reconciled again.
        ServiceUnavailableError: SQS did not take a follow-up.
        AppNotRegisteredError: the app has no credentials at BigCommerce.
        CredentialsUnreadableError: Secrets Manager did not return them.
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
        retried=retried,
    )
    try:
        _take(step, store, request.trigger)
    except RefusedError as error:
        logger.warning("Rutter refused the call", reason=error.reason)
        store.write(rules.refuse(store.connection or Connection(), error.reason))
    except RutterError as error:
        new_key = str(uuid.uuid4()) if error.key_is_used and step is Step.CONNECT else None
        held = store.connection or Connection()
        store.write(rules.interrupt(held, error.reason, now=_now(), new_key=new_key))
        raise RetryLaterError(error.reason, seconds=error.retry_after) from None
    return step


class _Store:
    """A store that one invocation works on.

    Attributes:
        key_parts: the organization ID and the store hash.
        connection: as the table has it, kept up to date.
        record: the store's record, read after the connection. Read before it, a record that is out
            of date would pass the check of the connection's revision.
        token_context: the encryption context of the store's access token.
        rutter_token_context: that of Rutter's access token, which no reader of tokens may use.
    """

    def __init__(self, request: Request) -> None:
        self.key_parts = (request.organization_id, request.store_hash)
        self.connection, self._revision = connection_table.read(*self.key_parts)
        self.record: Record = installation_table.read(*self.key_parts)
        self.token_context = access_tokens.encryption_context(*self.key_parts)
        self.rutter_token_context = {**self.token_context, "issuer": "rutter"}
        self._is_off_the_list = False

    def write(self, connection: Connection) -> Connection:
        """Write the connection. From then on its own due time replaces the record's.

        Raises:
            RetryLaterError: another invocation wrote it first.
        """
        if not connection_table.write(*self.key_parts, connection, self._revision):
            raise RetryLaterError("another invocation wrote the connection", seconds=1)
        self.connection = connection
        self._revision += 1
        self._take_record_off_the_list()
        return connection

    def settle(self) -> None:
        """Take the store off the sweep's list, unless its connection must be polled later."""
        known = self.connection
        if known is not None and known.due is not None and known.due <= _now():
            self.write(replace(known, due=None))
        self._take_record_off_the_list()

    def _take_record_off_the_list(self) -> None:
        if self.record is not None and not self._is_off_the_list:
            connection_table.clear_due(*self.key_parts, installation_item.due(self.record))
            self._is_off_the_list = True


def _take(step: Step, store: _Store, trigger: Trigger) -> None:
    known = store.connection
    match step:
        case Step.CONNECT if isinstance(store.record, Installation):
            _connect(store, store.record, trigger)
        case Step.POLL if known is not None and known.id is not None:
            _poll(store, known, known.id)
        case Step.DELETE if known is not None and known.id is not None:
            _delete(store, known, known.id)
        case _:
            store.settle()


def _connect(store: _Store, installation: Installation, trigger: Trigger) -> None:
    before = store.connection or Connection()
    held = store.write(
        rules.start(before, installation.granted_at_ms, now=_now(), new_key=str(uuid.uuid4()))
    )
    # Read now, not from the cache: Rutter keeps what it is given here.
    app = credentials.read(store.key_parts[0])
    if app.client_id != installation.client_id:
        reason = "The store installed the app with another client ID. It must reinstall the app."
        store.write(rules.refuse(held, reason))
        return
    token = access_tokens.decrypt(installation.access_token, **store.token_context)
    try:
        created = rutter_of(store.key_parts[0]).create(
            store.key_parts[1], token, app, idempotency_key=str(held.idempotency_key)
        )
    except RefusedError as error:
        if error.status == HTTPStatus.CONFLICT and before.idempotency_key == held.idempotency_key:
            # The call before was accepted, with credentials that were rotated since.
            raise RutterError(error.reason, key_is_used=True) from None
        raise
    if before.id not in (None, created.id):
        logger.warning("Rutter did not recognize the store and made another connection")
    encrypted = created.access_token and access_tokens.encrypt(
        created.access_token, **store.rutter_token_context
    )
    state = created.state or "not_ready"
    after = store.write(rules.complete(held, created.id, encrypted or None, state, now=_now()))
    # Neither a follow-up nor the sweep brings follow-ups: no chain of messages is longer than one.
    if after.due is not None and trigger not in {Trigger.FOLLOW_UP, Trigger.SWEEP}:
        follow_up = Request(*store.key_parts, Trigger.FOLLOW_UP)
        requests.send([(follow_up, delay) for delay in FOLLOW_UP_SECONDS])


def _poll(store: _Store, known: Connection, id_: str) -> None:
    held = store.write(rules.hold(known, now=_now()))
    encrypted = known.access_token
    token = encrypted and access_tokens.decrypt(encrypted, **store.rutter_token_context)
    try:
        state, reason = rutter_of(store.key_parts[0]).state(id_, token or None), None
    except UnknownConnectionError as error:
        state, reason = "disabled", error.reason
    except RefusedError as error:
        state, reason = known.state, error.reason
    installed = isinstance(store.record, Installation)
    store.write(rules.record_poll(held, state, reason, installed=installed, now=_now()))


def _delete(store: _Store, known: Connection, id_: str) -> None:
    held = store.write(rules.hold(known, now=_now()))
    if any(ids != store.key_parts for ids in connection_table.owners(id_)):
        logger.warning("connection kept at Rutter: another app of the stack uses it")
        store.write(rules.deleted(held, "Kept at Rutter: another app of the stack uses it."))
        return
    rutter_of(store.key_parts[0]).delete(id_)
    store.write(rules.deleted(held))


def _now() -> int:
    return int(time.time())
