"""OAuth scopes: what a store granted, against what the app is configured with."""

from collections.abc import Iterable
from dataclasses import dataclass

from .apps import AppProfile


@dataclass(frozen=True)
class ScopeComparison:
    """Scopes by their parameter names, each list sorted.

    Attributes:
        granted: what the store granted.
        missing: configured, but not granted.
        extra: granted, but not configured.
    """

    granted: list[str]
    missing: list[str]
    extra: list[str]


def compare(app: AppProfile, granted: Iterable[str]) -> ScopeComparison:
    """Compare what a store granted with what the app is configured with.

    Source: BigCommerce's app documentation, which asks apps to do so at each auth callback.
    """
    wanted, given = set(app.scopes), set(granted)
    return ScopeComparison(sorted(given), sorted(wanted - given), sorted(given - wanted))
