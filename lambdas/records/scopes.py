"""OAuth scopes: those that a store granted, compared with those of the app's configuration."""

from collections.abc import Iterable
from dataclasses import dataclass

# BigCommerce grants these two to every app. Its developer portal has no row for them, so no app can
# be configured with them, and granting them is no difference. BigCommerce does not document them:
# they are in the grants that authors of apps have published.
ALWAYS_GRANTED = frozenset({"store_v2_default", "users_basic_information"})


@dataclass(frozen=True)
class ScopeComparison:
    """Scopes by their parameter names, each list sorted.

    Attributes:
        granted: the scopes that the store granted and an app can request.
        missing: configured, but not granted.
        extra: granted, but not configured.
    """

    granted: list[str]
    missing: list[str]
    extra: list[str]

    @property
    def differs(self) -> bool:
        """Return whether the granted scopes differ from the configured ones."""
        return bool(self.missing or self.extra)


def compare(configured: Iterable[str], granted: Iterable[str]) -> ScopeComparison:
    """Compare what a store granted with what its app is configured with.

    Source: BigCommerce's app documentation, which requires this at each auth callback.
    """
    wanted, given = set(configured), set(granted) - ALWAYS_GRANTED
    return ScopeComparison(sorted(given), sorted(wanted - given), sorted(given - wanted))
