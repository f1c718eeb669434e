"""BigCommerce's calls of an app, as the functions logged them, and the words for them.

They show what the portal has: BigCommerce calls only URLs that are entered there, and merchants
consent to its scopes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lambdas.records.scopes import ScopeComparison, compare
from portal.fields import CALLBACK_FIELDS
from portal.model import AppRegistration
from portal.oauth_scopes import OAUTH_SCOPES

# The prefix of the check's made-up store hashes, so that the logs show which calls are genuine.
# BigCommerce's store hashes are about ten characters long.
CHECK_STORE_PREFIX = "registrationcheck"


def compare_in_portal(configured: Iterable[str], granted: Iterable[str]) -> ScopeComparison:
    """Compare scopes as the callbacks do, but leave out scopes that no row of the portal has.

    BigCommerce may grant scopes that no one requested and no one can remove in the portal.
    """
    wanted = set(configured)
    return compare(wanted, set(granted) & (OAUTH_SCOPES.keys() | wanted))


@dataclass(frozen=True)
class Consent:
    """A merchant's consent, as the auth function logged it.

    Attributes:
        day: when it was (UTC).
        granted: the scopes that BigCommerce sent, by their parameter names.
        configured: the scopes that the app was configured with then.
    """

    day: date
    granted: frozenset[str]
    configured: frozenset[str]


@dataclass(frozen=True)
class Traffic:
    """BigCommerce's calls of an app in the last days.

    Attributes:
        days: how many days the search went back.
        calls: the day (UTC) of the last genuine call, by the key of the portal's field; without
            the fields whose URLs were not called.
        consent: the last one; None if there was none.
    """

    days: int
    calls: Mapping[str, date]
    consent: Consent | None

    def last_call(self, key: str) -> str:
        """When a field's URL was last called, as far back as the search went."""
        day = self.calls.get(key)
        return f"last called {day}" if day else f"not called in the last {self._days}"

    @property
    def last_calls(self) -> str:
        """The same of every field, by the last segment of its URL."""
        days = {field.path: self.calls.get(field.key) for field in CALLBACK_FIELDS}
        called = [f"{path} {day}" for path, day in days.items() if day]
        others = [path for path, day in days.items() if not day]
        missed = [f"not in the last {self._days}: {', '.join(others)}"] if others else []
        return "; ".join([", ".join(called)] * bool(called) + missed)

    def last_scopes(self, app: AppRegistration) -> str:
        """The scopes that BigCommerce sent last, compared with those the app is configured with."""
        if self.consent is None:
            return f"no consent in the last {self._days}"
        differences = _differences(self.consent.granted, app)
        if differences is None:
            return f"as configured, {self.consent.day}"
        if self._configured_otherwise(app):
            return f"{differences}, {self.consent.day}: before the configuration changed"
        return f"{differences}, {self.consent.day}"

    def wrong_scopes(self, app: AppRegistration) -> str | None:
        """How the portal's scopes differ from the app's; None if nothing shows that they do.

        If the configuration changed after the consent, the portal may have been edited too.
        """
        if self.consent is None or self._configured_otherwise(app):
            return None
        return _differences(self.consent.granted, app)

    def has_right_scopes(self, app: AppRegistration) -> bool:
        """Whether the last consent had the scopes that the app is configured with."""
        return self.consent is not None and _differences(self.consent.granted, app) is None

    def as_json(self, app: AppRegistration) -> dict[str, Any]:
        """The same as JSON values.

        Shape: `days` (int), `lastCalls` (day or null by the field's key), `lastScopes` (null, or
        `day`, and `missing` and `extra`, lists of parameter names).
        """
        last_scopes = None
        if self.consent:
            compared = compare_in_portal(app.scopes, self.consent.granted)
            last_scopes = {
                "day": self.consent.day.isoformat(),
                "missing": compared.missing,
                "extra": compared.extra,
            }
        return {
            "days": self.days,
            "lastCalls": {
                field.key: day.isoformat() if (day := self.calls.get(field.key)) else None
                for field in CALLBACK_FIELDS
            },
            "lastScopes": last_scopes,
        }

    @property
    def _days(self) -> str:
        return "day" if self.days == 1 else f"{self.days} days"

    def _configured_otherwise(self, app: AppRegistration) -> bool:
        return self.consent is not None and self.consent.configured != frozenset(app.scopes)


def _differences(granted: frozenset[str], app: AppRegistration) -> str | None:
    """Return which scopes are missing or extra, in words; None if none is."""
    compared = compare_in_portal(app.scopes, granted)
    words = [f"without {', '.join(compared.missing)}"] if compared.missing else []
    words += [f"with {', '.join(compared.extra)} besides"] if compared.extra else []
    return ", ".join(words) or None
