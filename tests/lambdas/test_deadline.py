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


def hang_and_catch_every_error() -> None:
    with suppress(Exception):
        hang()


@pytest.mark.parametrize(
    ("seconds", "work"),
    [(0.01, hang), (0, hang), (-5, hang), (0.01, hang_and_catch_every_error)],
)
def test_work_that_takes_longer_is_interrupted(seconds: float, work: Callable[[], None]) -> None:
    with pytest.raises(DeadlineExceededError):
        within(seconds, work)

    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_an_interruption_that_is_swallowed_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_no_timer_is_left_after_a_result_or_an_error() -> None:
    assert within(A_LONG_TIME, lambda: signal.getitimer(signal.ITIMER_REAL)[0]) > 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)

    with pytest.raises(ZeroDivisionError):
        within(A_LONG_TIME, lambda: 1 / 0)

    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
