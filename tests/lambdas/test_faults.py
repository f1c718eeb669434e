"""Faults: whatever fails at AWS, the answer is the documented one, and nothing is half-written.

Each scenario runs undisturbed first, and then once for every call that it made.
"""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.retries.standard import ExponentialBackoff

from lambdas.callbacks import token_exchange
from lambdas.shared.deadline import REPEAT_SECONDS
from local.bigcommerce import Store, User, faults
from tests.lambdas import aws_calls
from tests.lambdas.aws_calls import CLIENTS, AwsCalls, Fault
from tests.lambdas.backend import (
    EXTERNAL,
    Callbacks,
    Countdown,
    api_event,
    forget_apps,
    forget_credentials,
)
from tests.lambdas.conftest import Clock, Logs
from tests.lambdas.responses import BUSY, NOT_STORED, TOO_SLOW, Response


@dataclass(frozen=True)
class Step:
    """Something that happens at a store: a callback, and who causes it."""

    callback: str
    by: Callable[[Store], User]

    @property
    def path(self) -> str:
        return "redirect-url" if self.callback == EXTERNAL else self.callback


def owner(store: Store) -> User:
    return store.owner


def assistant(store: Store) -> User:
    return store.staff[0]


INSTALL = Step("redirect-url", owner)
JOIN = Step("load", assistant)
UNINSTALL = Step("uninstall", owner)

# What happened before, and the step that is disturbed.
SCENARIOS: dict[str, tuple[list[Step], Step]] = {
    "installation": ([], INSTALL),
    "external installation": ([], Step(EXTERNAL, owner)),
    "new consent": ([INSTALL, JOIN], INSTALL),
    "installation after an uninstall": ([INSTALL, JOIN, UNINSTALL], INSTALL),
    "load by the owner": ([INSTALL], Step("load", owner)),
    "load by a new user": ([INSTALL], JOIN),
    "uninstall": ([INSTALL, JOIN], UNINSTALL),
    "uninstall of what is not installed": ([INSTALL, UNINSTALL], UNINSTALL),
    "removal of a user": ([INSTALL, JOIN], Step("remove-user", assistant)),
    "removal of an unknown user": ([INSTALL], Step("remove-user", assistant)),
}


def deadline_passes(_: aws_calls.Deliver) -> AWSResponse:
    """The function's time is up while AWS keeps it waiting."""
    # Repeated: a signal that arrives just before the sleep does not interrupt it.
    signal.setitimer(signal.ITIMER_REAL, 0.001, REPEAT_SECONDS)
    time.sleep(60)
    raise AssertionError("not interrupted")


# The codes are those of the three services' API references.
FAULTS: dict[str, Fault] = {
    "throttled": aws_calls.refusal(400, "ThrottlingException"),
    "failed inside": aws_calls.refusal(500, "InternalServerError"),
    "access denied": aws_calls.refusal(400, "AccessDeniedException"),
    "transaction conflict": aws_calls.refusal(400, "TransactionConflictException"),
    "not reached": aws_calls.no_connection,
    "timed out": aws_calls.timeout,
    "done but not answered": aws_calls.lost,
    "interrupted at the deadline": deadline_passes,
}


@dataclass
class Stage(Callbacks):
    """One store of one app, set back before every run to what had happened `before`."""

    aws: AwsCalls

    def undisturbed(self, before: list[Step], step: Step) -> tuple[list[str], dict[str, Any]]:
        """The calls a step makes, and the record after it."""
        for each in before:
            assert succeeded(self.backend.get(self.link(each)))
        self.item_before = self.item()
        self._installed_before = dict(self.bigcommerce.installations)
        self.begin()
        assert succeeded(self.backend.get(self.link(step)))
        return list(self.aws.operations), self.state()

    def begin(self) -> None:
        """Go back, with cold functions and nothing broken."""
        self.aws.repair()
        self.backend.put_item(self.app, self.store, self.item_before)
        self.bigcommerce.installations.clear()
        self.bigcommerce.installations.update(self._installed_before)
        forget_apps()
        forget_credentials()

    def link(self, step: Step) -> str:
        """Return the URL that BigCommerce calls, with a new code for the auth callback."""
        return self.url(step.callback, step.by(self.store))

    def retry(self, step: Step, link: str) -> Response:
        """Retry as a person or BigCommerce does: a code is used up, a payload is not."""
        self.aws.repair()
        return self.backend.get(self.link(step) if step.path == "redirect-url" else link)

    def state(self) -> dict[str, Any]:
        """The store's record, without the count of writes; of its token, whether it works."""
        record = self.record()
        del record["revision"]
        record.pop("code_hash", None)  # of another code at each attempt
        if "access_token" in record:
            installation = self.bigcommerce.installation(self.app, self.store)
            assert installation is not None
            token = self.backend.decrypt(self.app, self.store)
            record["access_token"] = token == installation.access_token
        return record


def succeeded(answer: Response) -> bool:
    if answer.status == 302:
        return answer.headers["Location"].endswith("/install/succeeded")
    return answer.status == 200


def assert_busy(answer: Response, step: Step, calls: Sequence[str]) -> None:
    """Check the documented answer when the last of these calls failed.

    An external install returns to BigCommerce once the app is known. Any other must start again
    once its code is exchanged.
    """
    if answer.status == 302:
        assert step.callback == EXTERNAL
        assert answer.headers["Location"].endswith("/install/failed")
    elif step.path == "redirect-url" and "Encrypt" in calls:
        NOT_STORED.assert_is(answer, step.path)
    else:
        BUSY.assert_is(answer, step.path)


def forget_clients() -> None:
    """Have the functions' next AWS clients start without a spent retry."""
    for function_client in CLIENTS:
        function_client.cache_clear()


@pytest.fixture
def stage(callbacks: Callbacks, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0)
    forget_clients()
    aws = AwsCalls()
    aws.watch()
    yield Stage(**vars(callbacks), aws=aws)
    forget_clients()


@contextmanager
def case(*parts: str) -> Iterator[None]:
    """One case of those that a test tries: it is named if it fails."""
    try:
        yield
    except AssertionError as error:
        error.add_note(": ".join(parts))
        raise


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_failed_call_leaves_nothing_half_written(scenario: str, stage: Stage, logs: Logs) -> None:
    before, step = SCENARIOS[scenario]
    calls, after = stage.undisturbed(before, step)

    for (index, operation), (name, fault) in product(enumerate(calls), FAULTS.items()):
        with case(operation, name):
            stage.begin()
            link = stage.link(step)
            stage.aws.break_call(index, fault)

            assert_busy(stage.backend.get(link), step, calls[: index + 1])

            assert stage.aws.operations == calls[: index + 1]  # nothing is asked after a failure
            if fault is deadline_passes:
                assert logs.last["reason"] == "DeadlineExceededError"
            if operation == "PutItem" and fault is aws_calls.lost:
                assert stage.state() == after
            else:
                assert stage.item() == stage.item_before
            assert succeeded(stage.retry(step, link))
            assert stage.state() == after


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.slow(3), id="no answer"),
        pytest.param(faults.byte_by_byte(0.05), id="byte by byte"),
        pytest.param(faults.status(503), id="pauses between retries"),
        pytest.param(faults.reset, id="pauses between connections"),
    ],
)
def test_retries_of_the_exchange_end_before_lambda_stops_the_function(
    fault: faults.Fault, callbacks: Callbacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_exchange, "PAUSE_SECONDS", 60)
    callbacks.bigcommerce.token_endpoint.next_answers.append(fault)
    query = callbacks.url("redirect-url").partition("?")[2]
    event = api_event(callbacks.app.organization_id, "redirect-url", query)
    context = Countdown(1.4)

    answer = callbacks.backend.handle("redirect-url", event, context)

    assert context.get_remaining_time_in_millis() > 0
    TOO_SLOW.assert_is(answer, "redirect-url")
    assert callbacks.backend.stored() == []
    assert len(callbacks.bigcommerce.token_endpoint.requests) == 1
