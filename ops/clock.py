"""Compare this machine's clock with a server's."""

import time
from email.utils import parsedate_to_datetime

# A signed payload of the check outlives its request by a minute, a signature of AWS by five.
_TOLERATED_SECONDS = 30


def clock_problem(date: str | None) -> str | None:
    """Return what is wrong with the clock, by the `Date` of a fresh answer; None if nothing is."""
    try:
        seconds = time.time() - parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return None
    if abs(seconds) < _TOLERATED_SECONDS:
        return None
    way = "behind" if seconds < 0 else "ahead"
    return f"This machine's clock is {abs(seconds):.0f} seconds {way}. Set it, and try again."
