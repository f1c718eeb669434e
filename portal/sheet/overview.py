"""The statuses of many apps, in place of a guide for each."""

from collections import Counter
from collections.abc import Sequence

from portal.model import AppRegistration

# A longer sheet would not be read, and with 1,000 apps the output would have megabytes.
MOST_IN_FULL = 10


def status_summary(apps: Sequence[AppRegistration]) -> str:
    """How many apps there are, and how many of each status."""
    counts = Counter(app.status.replace("-", " ") for app in apps)
    statuses = ", ".join(f"{count:,} {status}" for status, count in sorted(counts.items()))
    return f"{len(apps):,} apps: {statuses}"
