"""The comparison of scopes for those who edit the portal: what it has no row for is left out."""

from collections.abc import Iterable

from lambdas.records.scopes import ScopeComparison, compare
from portal.oauth_scopes import OAUTH_SCOPES


def compare_in_portal(configured: Iterable[str], granted: Iterable[str]) -> ScopeComparison:
    """Compare as the callbacks do, but leave out what no row of the portal could have asked for.

    BigCommerce may grant more unasked than is known today, which nobody could take out there.
    """
    wanted = set(configured)
    return compare(wanted, set(granted) & (OAUTH_SCOPES.keys() | wanted))
