"""OAuth scopes: what a store granted, against what the app is configured with."""

from collections.abc import Iterable
from dataclasses import dataclass

# BigCommerce grants these two unasked. Its developer portal has no row for them, so that no app can
# be configured with them, and it is no difference that they are granted. None of its documents
# lists them: they are in the grants that authors of apps have published.
ALWAYS_GRANTED = frozenset({"store_v2_default", "users_basic_information"})


@dataclass(frozen=True)
class ScopeComparison:
    """Scopes by their parameter names, each list sorted.

    Attributes:
        granted: what the store granted, of what can be asked for.
        missing: configured, but not granted.
        extra: granted, but not configured.
    """

    granted: list[str]
    missing: list[str]
    extra: list[str]

    @property
    def differs(self) -> bool:
        """Whether the store granted something else than what is configured."""
        return bool(self.missing or self.extra)


def compare(configured: Iterable[str], granted: Iterable[str]) -> ScopeComparison:
    """Compare what a store granted with what its app is configured with.

    Source: BigCommerce's app documentation, which asks apps to do so at each auth callback.
    """
    wanted, given = set(configured), set(granted) - ALWAYS_GRANTED
    return ScopeComparison(sorted(given), sorted(wanted - given), sorted(given - wanted))
