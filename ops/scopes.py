"""Compare the scopes that a store granted with those of an app's configuration."""

from collections.abc import Iterable

from lambdas.records.scopes import ScopeComparison, compare
from portal.oauth_scopes import OAUTH_SCOPES


def compare_in_portal(configured: Iterable[str], granted: Iterable[str]) -> ScopeComparison:
    """Compare scopes as the callbacks do, but ignore scopes that the portal does not offer.

    BigCommerce may grant scopes that no one requested and no one can remove in the portal.
    """
    wanted = set(configured)
    return compare(wanted, set(granted) & (OAUTH_SCOPES.keys() | wanted))
