"""The deadline: what hangs is interrupted, and nothing is left behind."""

import signal
import time
from contextlib import suppress

import pytest

from callbacks.deadline import DeadlineExceeded, deadline

A_LONG_TIME = 60


@pytest.mark.parametrize("seconds", [0.01, 0, -5])
def test_what_takes_longer_is_interrupted_even_when_no_time_was_left_at_all(
    seconds: float,
) -> None:
    with pytest.raises(DeadlineExceeded), deadline(seconds):
        time.sleep(A_LONG_TIME)


def test_it_goes_through_code_that_catches_every_error() -> None:
    with pytest.raises(DeadlineExceeded), deadline(0.01), suppress(Exception):
        time.sleep(A_LONG_TIME)


def test_what_is_done_in_time_is_left_alone() -> None:
    before = signal.getsignal(signal.SIGALRM)

    with deadline(A_LONG_TIME):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0

    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) == before


def test_nothing_is_left_ticking_after_an_error() -> None:
    before = signal.getsignal(signal.SIGALRM)

    with pytest.raises(ZeroDivisionError), deadline(A_LONG_TIME):
        _ = 1 / 0

    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) == before
