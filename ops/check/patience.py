"""Patience with a deployment of just now: routes and names take effect within a minute."""

import time
from collections.abc import Callable

# How long to pause between two attempts, in seconds.
_PAUSE = 3


class Patience:
    """Time that all checks share for asking again, so that a broken deployment costs it once.

    `seconds` is the time; `say` is told once that something is asked again.
    """

    def __init__(
        self,
        seconds: float,
        say: Callable[[str], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds, self._say, self._clock, self._sleep = seconds, say, clock, sleep
        self._until: float | None = None

    def again(self, found: str) -> bool:
        """Whether to ask again, after a pause, where this was found; not once the time is up."""
        if self._until is None:
            self._until = self._clock() + self._seconds
            if self._seconds > 0:
                self._say(
                    f"{found}: asking again for up to {self._seconds:.0f} s, since a deployment "
                    "takes a while to take effect"
                )
        if self._clock() >= self._until:
            return False
        self._sleep(_PAUSE)
        return True
