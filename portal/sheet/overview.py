"""The statuses of many apps, instead of the steps for each."""

from collections import Counter
from collections.abc import Sequence

from portal.model import AppRegistration

# No one reads a longer sheet, and with 1,000 apps the output would have megabytes.
MOST_IN_FULL = 10


def status_summary(apps: Sequence[AppRegistration]) -> str:
    """Return how many apps there are, and how many of each status."""
    counts = Counter(app.status.replace("-", " ") for app in apps)
    statuses = ", ".join(f"{count:,} {status}" for status, count in sorted(counts.items()))
    return f"{len(apps):,} apps: {statuses}"
