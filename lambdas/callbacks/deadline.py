"""An end to waiting: what hangs is interrupted before Lambda stops the function."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

REPEAT_SECONDS = 0.1


class DeadlineExceeded(BaseException):
    """The time is up.

    Not an `Exception`, because libraries catch those, and retry.
    """


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise DeadlineExceeded in the body when it takes longer than this.

    A socket that delivers a byte now and then keeps every socket timeout alive; an interval timer
    does not care.

    Raises:
        ValueError: this is not the main thread, which Lambda runs handlers in: signals reach no
            other.
    """
    previous = signal.signal(signal.SIGALRM, _exceeded)
    # Repeated, because an exception in a finalizer is swallowed, and the signal with it.
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), REPEAT_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _exceeded(_signal: int, _frame: FrameType | None) -> None:
    raise DeadlineExceeded
