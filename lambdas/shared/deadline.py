"""A deadline: interrupt work that hangs before Lambda stops the function."""

import signal
from collections.abc import Callable
from types import FrameType
from typing import Protocol, TypeVar

REPEAT_SECONDS = 0.1

T = TypeVar("T")


class LambdaContext(Protocol):
    """The part of Lambda's context object that is used."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda stops the function."""


class DeadlineExceededError(BaseException):
    """The time is up.

    Not an `Exception`, because libraries catch those, and retry.
    """


def within(seconds: float, work: Callable[[], T]) -> T:
    """Return what the work returns, unless it takes longer than this.

    A socket that delivers a byte now and then keeps every socket timeout alive; an interval timer
    does not care. It cannot interrupt the C library, which looks up names: RES_OPTIONS bounds that.

    Raises:
        DeadlineExceededError: it took longer.
        ValueError: this is not the main thread, which Lambda runs handlers in: signals reach no
            other.
    """
    signal.signal(signal.SIGALRM, _exceeded)
    try:
        # Repeated, because an exception in a finalizer is swallowed, and the signal with it.
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), REPEAT_SECONDS)
        return work()
    finally:
        # Nothing is called before it, so nothing is left ticking; a signal that is pending by then
        # is still raised here.
        signal.setitimer(signal.ITIMER_REAL, 0)


def _exceeded(_signal: int, _frame: FrameType | None) -> None:
    raise DeadlineExceededError
