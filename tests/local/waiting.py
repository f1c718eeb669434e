"""Waiting for what happens in the background."""

import time
from collections.abc import Callable


def until(condition: Callable[[], bool], seconds: int = 60) -> bool:
    give_up_at = time.monotonic() + seconds
    while not (is_true := condition()) and time.monotonic() < give_up_at:
        time.sleep(0.05)
    return is_true
