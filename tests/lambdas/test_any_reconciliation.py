"""The reconciler against a model: any order of triggers, failures and restarts ends well.

Whatever happens on the way, Rutter's side matches the store's record in the end, after a bounded
number of calls. The table, the queue and Rutter are in this process, so the test can try thousands
of orders. The module `test_rutter_connect` does the same on simulated AWS and over HTTP.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from types import ModuleType
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from urllib3.exceptions import HTTPError
from werkzeug import Request as HttpRequest
from werkzeug import Response
from werkzeug.test import EnvironBuilder

from lambdas.records import access_tokens, apps, credentials, installation_item, installation_table
from lambdas.records.apps import AppProfile
from lambdas.records.credentials import Credentials
from lambdas.records.installation import Installation, Record, Uninstall, Uninstalled
from lambdas.records.reconcile_request import Request, Trigger
from lambdas.rutter import client, connection_table, reconciler, requests, sweep
from lambdas.rutter.connection import RETRY_SECONDS, Connection
from lambdas.rutter.reconciler import RetryLaterError, reconcile
from lambdas.rutter_webhook import COALESCE_SECONDS
from lambdas.shared import https
from local.bigcommerce import faults
from local.rutter import Rutter, failed_job, lost

IDS = ("acme", "abc")
APP = Credentials("app-client-id", "app-client-secret")
RECEIVES = 10
REFUSAL = faults.status(450)
FAULTS = (
    *(lost, faults.reset, faults.truncated, faults.status(503), faults.rate_limited(1)),
    *(REFUSAL, faults.status(401), failed_job(500)),
)


class Ended(BaseException):
    """The invocation's process ended."""


@dataclass
class Message:
    """A message of the queue; `depth` counts the invocations that led to it, one after another."""

    request: Request
    visible_at: int
    depth: int
    receives: int = 0


class World:
    """The table, the queue and Rutter, of one app and one store."""

    def __init__(self) -> None:
        self.now = 1_000_000
        self.record: Record = None
        self.due: int | None = None
        self.connection: Connection | None = None
        self.revision = 0
        self.messages: list[Message] = []
        self.rutter = Rutter(lambda _, token: token == self.valid_token)
        self.on_uninstall = "keep"
        self.depth = 0
        self.newest_token_sent = 0
        self.answers_were_lost = False
        self.was_refused = False
        # What happens at one of an invocation's next operations, before or after it.
        self.interrupt_in: int | None = None
        self.interruption: Callable[[], None] = lambda: None

    @property
    def valid_token(self) -> str | None:
        match self.record:
            case Installation(access_token=token):
                return token.decode()
        return None

    def write_record(self, record: Installation | Uninstalled) -> None:
        self.record, self.due = record, installation_item.due(record)

    @property
    def has_due(self) -> bool:
        """Whether the sweep has something to do, now or later."""
        return self.due is not None or bool(self.connection and self.connection.due)

    @contextmanager
    def invocation(self) -> Iterator[None]:
        """Have the reconciler run on this world."""
        with pytest.MonkeyPatch.context() as patch:
            for (module, name), value in self._replacements.items():
                patch.setattr(module, name, value)
            yield

    @cached_property
    def _replacements(self) -> dict[tuple[ModuleType, str], Any]:
        def operation(call: Callable[..., Any]) -> Callable[..., Any]:
            def interruptible(*arguments: Any, **named: Any) -> Any:
                self._interrupt()
                answer = call(*arguments, **named)
                self._interrupt()
                return answer

            return interruptible

        profile = AppProfile("acme", "Acme", (), True, None, rutter_on_uninstall=self.on_uninstall)
        rutter = client.Rutter(
            "http://rutter/versioned", self.rutter.client_id, self.rutter.client_secret
        )
        return {
            (time, "time"): lambda: float(self.now),
            (apps, "read"): lambda _: profile,
            (credentials, "read"): lambda _: APP,
            (access_tokens, "encrypt"): lambda token, **_: token.encode(),
            (access_tokens, "decrypt"): lambda token, **_: token.decode(),
            (reconciler, "rutter_of"): lambda _: rutter,
            (https, "request"): operation(self._call_rutter),
            (connection_table, "read"): operation(self._read),
            (connection_table, "write"): operation(self._write),
            (connection_table, "clear_due"): operation(self._clear_due),
            (connection_table, "owners"): operation(lambda _: [IDS]),
            (connection_table, "due"): self._list_due,
            (installation_table, "read"): operation(lambda *_: self.record),
            (requests, "waiting"): lambda: len(self.messages),
            (requests, "send"): operation(self._send_all),
        }

    def _interrupt(self) -> None:
        if self.interrupt_in is not None:
            self.interrupt_in -= 1
            if self.interrupt_in < 0:
                self.interrupt_in = None
                self.interruption()

    def _read(self, *_: str) -> tuple[Connection | None, int]:
        return self.connection, self.revision

    def _write(self, _: str, __: str, connection: Connection, revision: int) -> bool:
        if revision != self.revision:
            return False
        self.connection, self.revision = connection, revision + 1
        return True

    def _clear_due(self, _: str, __: str, due: int) -> None:
        if self.due == due:
            self.due = None

    def _list_due(self, _: str, now: int) -> Iterator[tuple[str, str]]:
        times = (self.due, None if self.connection is None else self.connection.due)
        return iter([IDS for due in times if due is not None and due <= now])

    def _send_all(self, delayed: list[tuple[Request, int]]) -> None:
        for request, delay in delayed:
            self.messages.append(Message(request, self.now + delay, self.depth + 1))

    def _check_call(self, method: str, body: Mapping[str, str] | None) -> None:
        known = self.connection or Connection()
        if method == "POST" and body is not None:
            # Tokens are numbered: an older one never follows a newer one.
            token = int(body["oauth_access_token"].removeprefix("token"))
            assert token >= self.newest_token_sent
            self.newest_token_sent = token
        if method == "DELETE" and isinstance(self.record, Installation):
            assert known.connected_generation != self.record.granted_at_ms

    @contextmanager
    def _call_rutter(self, method: str, url: str, **sent: Any) -> Iterator[Any]:
        self._check_call(method, sent["json"])
        path, _, query = url.removeprefix("http://rutter").partition("?")
        builder = EnvironBuilder(
            path, method=method, query_string=query, headers=sent["headers"], json=sent["json"]
        )
        try:
            response = self.rutter.answer(HttpRequest(builder.get_environ()))
        except ConnectionResetError as error:
            raise HTTPError from error
        yield Answer(response)


class Answer:
    """An answer of Rutter's as urllib3 has it."""

    def __init__(self, response: Response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self._response = response

    def read(self, _: int) -> bytes:
        try:
            content = self._response.get_data()
        except ConnectionResetError as error:
            raise HTTPError from error
        if len(content) < (self._response.content_length or 0):
            raise HTTPError
        return content


class Life(RuleBasedStateMachine):
    """A store's life: consents, uninstalls, triggers, failures, restarts and pauses."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.tokens = 0
        self.events = 0

    @initialize(
        on_uninstall=st.sampled_from(["keep", "delete"]),
        rutter=st.sampled_from([(True, True), (True, False), (False, True), (False, False)]),
        synced_at_poll=st.integers(1, 6),
    )
    def begin(self, on_uninstall: str, rutter: tuple[bool, bool], synced_at_poll: int) -> None:
        self.world.on_uninstall = on_uninstall
        self.world.rutter.keeps_outcomes, self.world.rutter.recognizes_stores = rutter
        self.world.rutter.synced_at_poll = synced_at_poll

    @rule(notified=st.booleans())
    def consent(self, notified: bool) -> None:
        self.world.now += 1
        self.tokens += 1
        token = f"token{self.tokens}".encode()
        now = self.world.now
        self.world.write_record(
            Installation(APP.client_id, now, now * 1000, token, (), None, "1", {})
        )
        self._changed(notified)

    @rule(notified=st.booleans())
    def uninstall(self, notified: bool) -> None:
        if isinstance(self.world.record, Installation):
            self.world.now += 1
            uninstall = Uninstall(self.world.now, self.world.now)
            self.world.write_record(Uninstalled(APP.client_id, uninstall, self.world.now + 10**9))
            self._changed(notified)

    @rule()
    def add_a_user(self) -> None:
        """The record is written again, and is due again, although nothing changed for Rutter."""
        if isinstance(self.world.record, Installation):
            self.world.write_record(self.world.record)

    @rule(data=st.data(), fault=st.sampled_from(FAULTS), lost=st.booleans())
    def receive_as_rutter_fails(self, data: st.DataObject, fault: faults.Fault, lost: bool) -> None:
        """Rutter fails at the next call; the message may be lost before it is retried."""
        self.world.rutter.next_answers.append(fault)
        self.world.answers_were_lost = True
        self.world.was_refused |= fault is REFUSAL
        self.events += 1
        self.receive(data=data)
        if lost:
            self.world.messages.clear()

    @rule(trigger=st.sampled_from([Trigger.OPERATOR, Trigger.CHANGE]))
    def trigger(self, trigger: Trigger) -> None:
        self._send(trigger)

    @rule()
    def webhook(self) -> None:
        known = self.world.connection
        if known is not None and known.id is not None:
            self.world.connection = replace(known, due=self.world.now + COALESCE_SECONDS)
            self._send(Trigger.WEBHOOK)

    @rule()
    def sweep(self) -> None:
        with self.world.invocation():
            sweep.sweep(["acme"], now=self.world.now, seconds=300)

    @rule(seconds=st.sampled_from([1, 10, 61, 300, RETRY_SECONDS + 1, 86_400]))
    def wait(self, seconds: int) -> None:
        self.world.now += seconds

    @rule(data=st.data())
    def repeat_a_message(self, data: st.DataObject) -> None:
        if self.world.messages:
            message = data.draw(st.sampled_from(self.world.messages))
            self.world.messages.append(replace(message))
            self.events += 1

    @rule()
    def lose_all_messages(self) -> None:
        """From here on the sweep is enough to bring Rutter's side in line with the record."""
        self.world.messages.clear()
        self._settle()

    @rule(data=st.data())
    def receive(self, data: st.DataObject) -> None:
        visible = [each for each in self.world.messages if each.visible_at <= self.world.now]
        if visible:
            self._deliver(data.draw(st.sampled_from(visible)))

    @rule(data=st.data(), operation=st.integers(0, 12), lost=st.booleans())
    def receive_and_end(self, data: st.DataObject, operation: int, lost: bool) -> None:
        """The invocation's process ends, before or after one of its operations."""

        def end() -> None:
            self.world.answers_were_lost = True
            raise Ended

        self._receive_interrupted(data, operation, end)
        if lost:
            self.world.messages.clear()

    @rule(
        data=st.data(),
        operation=st.integers(0, 12),
        others=st.lists(st.sampled_from(["consent", "uninstall"]), min_size=1, max_size=2),
    )
    def receive_as_others_act(self, data: st.DataObject, operation: int, others: list[str]) -> None:
        """Between two of the invocation's operations, the store changes and others reconcile it."""

        def act() -> None:
            for other in others:
                getattr(self, other)(notified=True)
                for message in self.world.messages[-1:]:
                    self._deliver(message)

        self._receive_interrupted(data, operation, act)

    @invariant()
    def no_token_has_two_connections(self) -> None:
        there = Counter(each.store_token for each in self.world.rutter.connections.values())
        assert self._may_double or set(there.values()) <= {1}

    @property
    def _may_double(self) -> bool:
        """A Rutter that neither respects the key nor recognizes the store, after a lost answer."""
        rutter = self.world.rutter
        return self.world.answers_were_lost and not (
            rutter.keeps_outcomes or rutter.recognizes_stores
        )

    def teardown(self) -> None:
        self._settle()

    def _changed(self, notified: bool) -> None:
        self.events += 1
        if notified:
            self._send(Trigger.CHANGE, depth=1)

    def _send(self, trigger: Trigger, depth: int = 0) -> None:
        self.events += 1
        self.world.messages.append(Message(Request(*IDS, trigger), self.world.now, depth + 1))

    def _receive_interrupted(
        self, data: st.DataObject, operation: int, interruption: Callable[[], None]
    ) -> None:
        self.world.messages.append(Message(Request(*IDS), self.world.now, 1))
        self.events += 1
        self.world.interrupt_in, self.world.interruption = operation, interruption
        self.receive(data=data)
        self.world.interrupt_in = None

    def _deliver(self, message: Message) -> None:
        """Deliver a message as SQS does: again and again, until it was handled or ten times."""
        world = self.world
        if message not in world.messages:
            return
        message.receives += 1
        message.visible_at = world.now + 180  # the queue's visibility timeout
        before, world.depth = world.depth, message.depth
        # AWS stops a chain of about 16: the stream's invocation, this one, and a follow-up's.
        assert message.depth <= 3
        try:
            with world.invocation():
                reconcile(message.request, retried=message.receives > 1)
        except (Ended, RetryLaterError):
            if message.receives < RECEIVES:
                return
        finally:
            world.depth = before
            world.interrupt_in = None
        if message in world.messages:
            world.messages.remove(message)

    def _settle(self) -> None:
        """Let everything pass that waits, with sweeps as scheduled and no more failures; check."""
        self.world.rutter.next_answers.clear()
        calls = len(self.world.rutter.calls)
        for _ in range(40):
            self.world.now += RETRY_SECONDS + 1
            for message in list(self.world.messages):
                self._deliver(message)
            self.sweep()
            if not self.world.messages and not self.world.has_due:
                break
        # Every message may cost a call, and a first sync of up to six polls may be waited for.
        assert len(self.world.rutter.calls) - calls <= 12 + 2 * self.events
        assert self.world.messages == []
        self._check()

    def _check(self) -> None:
        world = self.world
        known, there = world.connection, list(world.rutter.connections.values())
        match world.record:
            case None:
                assert there == []
            case Installation(granted_at_ms=generation) if known and known.state == "refused":
                # A person must act.
                assert world.was_refused
                assert known.generation == generation
            case Installation(granted_at_ms=generation):
                assert known is not None
                assert (known.state, known.connected_generation) == ("active", generation)
                latest = [each.id for each in there if each.store_token == world.valid_token]
                assert latest == [known.id] or (self._may_double and known.id in latest)
            case Uninstalled() if known is not None and known.id is not None:
                assert world.on_uninstall == "keep" or known.state == "refused"
                assert known.state in {"needs_reauth", "disabled", "refused"}
        assert world.due is None
        assert known is None or known.due is None or known.state not in {"active", "refused"}


def test_rutters_side_finally_matches_the_record_after_any_events() -> None:
    run_state_machine_as_test(Life, settings=settings(max_examples=800, stateful_step_count=12))
