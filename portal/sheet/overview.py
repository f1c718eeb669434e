"""Many apps: where each of them stands, in place of a guide for each."""

from collections import Counter
from collections.abc import Sequence

from portal.model import AppRegistration

# More would make a sheet that nobody reads, and of 1,000 apps an output of megabytes.
MOST_IN_FULL = 10


def status_summary(apps: Sequence[AppRegistration]) -> str:
    """How many apps there are, and how many of each status."""
    counts = Counter(app.status.replace("-", " ") for app in apps)
    statuses = ", ".join(f"{count:,} {status}" for status, count in sorted(counts.items()))
    return f"{len(apps):,} apps: {statuses}"
