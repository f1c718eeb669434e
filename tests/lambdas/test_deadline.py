"""The deadline: what hangs is interrupted, and nothing is left behind."""

import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from lambdas.shared.deadline import DeadlineExceededError, within

A_LONG_TIME = 30


def hang() -> None:
    time.sleep(A_LONG_TIME)


@pytest.mark.parametrize("seconds", [0.01, 0, -5])
def test_what_takes_longer_is_interrupted_even_when_no_time_was_left_at_all(
    seconds: float,
) -> None:
    with pytest.raises(DeadlineExceededError):
        within(seconds, hang)


def test_it_goes_through_code_that_catches_every_error() -> None:
    def catch_every_error() -> None:
        with suppress(Exception):
            hang()

    with pytest.raises(DeadlineExceededError):
        within(0.01, catch_every_error)


def test_one_that_is_swallowed_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    # pytest's own hook imports modules: an alarm that goes off in it would fail the test.
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)

    class HangsWhenDeleted:
        def __del__(self) -> None:
            hang()

    def swallow() -> None:
        hanging = HangsWhenDeleted()
        del hanging
        hang()

    with pytest.raises(DeadlineExceededError):
        within(0.01, swallow)


def test_work_that_ends_in_time_returns_its_result() -> None:
    assert within(A_LONG_TIME, lambda: signal.getitimer(signal.ITIMER_REAL)[0]) > 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@pytest.mark.parametrize(
    ("seconds", "work", "error"),
    [(A_LONG_TIME, lambda: 1 / 0, ZeroDivisionError), (0.01, hang, DeadlineExceededError)],
    ids=["an error", "the deadline"],
)
def test_nothing_is_left_ticking_after(
    seconds: float, work: Callable[[], object], error: type[BaseException]
) -> None:
    with pytest.raises(error):
        within(seconds, work)

    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
