"""A retry budget for a fresh deployment: routes and names take effect within a minute."""

import time
from collections.abc import Callable

# How long to pause between two attempts, in seconds.
_PAUSE = 3


class RetryBudget:
    """Time that all checks share for retries, so that a broken deployment costs it only once.

    `seconds` is the time; `say` is called once, before the first retry.
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
        """Pause, and return whether to retry because of what was `found`; False if time is up."""
        if self._until is None:
            self._until = self._clock() + self._seconds
            if self._seconds > 0:
                self._say(
                    f"{found}: retrying for up to {self._seconds:.0f} s, because a deployment "
                    "takes time to take effect"
                )
        if self._clock() >= self._until:
            return False
        self._sleep(_PAUSE)
        return True
