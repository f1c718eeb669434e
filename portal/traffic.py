"""BigCommerce's last calls and consent, in words and as JSON.

It shows what the portal contains: BigCommerce calls only URLs that are entered there, and merchants
consent to its scopes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.fields import CALLBACK_FIELDS

# The prefix of the check's made-up store hashes, so that the logs show which calls are genuine.
# BigCommerce's store hashes are about ten characters long.
CHECK_STORE_PREFIX = "registrationcheck"


@dataclass(frozen=True)
class Consent:
    """A merchant's consent, compared with the app's scopes.

    Attributes:
        day: when it was (UTC).
        missing: configured scopes that BigCommerce did not send.
        extra: scopes that it sent and the app is not configured with.
        outdated: whether the app's scopes changed afterwards.
    """

    day: date
    missing: Sequence[str] = ()
    extra: Sequence[str] = ()
    outdated: bool = False


@dataclass(frozen=True)
class Traffic:
    """BigCommerce's calls of an app.

    Attributes:
        days: how many days the search went back.
        calls: the day (UTC) of the last genuine call, by the key of the portal's field; fields
            whose URLs were not called are missing.
        consent: the last one; None if there was none.
    """

    days: int
    calls: Mapping[str, date]
    consent: Consent | None

    @property
    def last_calls(self) -> str:
        """When each URL was last called, by its last segment."""
        days = {field.path: self.calls.get(field.key) for field in CALLBACK_FIELDS}
        called = [f"{path} {day}" for path, day in days.items() if day]
        others = [path for path, day in days.items() if not day]
        missed = [f"not in the last {self._days}: {', '.join(others)}"] if others else []
        return "; ".join([", ".join(called)] * bool(called) + missed)

    @property
    def last_scopes(self) -> str:
        """The scopes of the last consent, compared with those that the app is configured with."""
        if self.consent is None:
            return f"no consent in the last {self._days}"
        lists = {"missing": self.consent.missing, "extra": self.consent.extra}
        words = [f"{name} {', '.join(scopes)}" for name, scopes in lists.items() if scopes]
        later = ", before the configuration changed" if words and self.consent.outdated else ""
        return f"{'; '.join(words) or 'as configured'} ({self.consent.day}{later})"

    @property
    def calls_line(self) -> str:
        """The last calls, with a label."""
        return f"Calls from BigCommerce: {self.last_calls}"

    @property
    def scopes_line(self) -> str:
        """The last scopes, with a label."""
        return f"Scopes of the last consent: {self.last_scopes}"

    @property
    def scopes_match(self) -> bool | None:
        """Whether the portal has the app's scopes; None if no consent shows it."""
        if self.consent is None:
            return None
        if not (self.consent.missing or self.consent.extra):
            return True
        return None if self.consent.outdated else False

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values.

        Shape: `days` (int), `lastCalls` (day or null by the field's key), `lastScopes` (null, or
        `day`, and `missing` and `extra`, lists of parameter names).
        """
        days = {field.key: self.calls.get(field.key) for field in CALLBACK_FIELDS}
        consent = self.consent
        return {
            "days": self.days,
            "lastCalls": {key: day and day.isoformat() for key, day in days.items()},
            "lastScopes": consent
            and {
                "day": consent.day.isoformat(),
                "missing": list(consent.missing),
                "extra": list(consent.extra),
            },
        }

    @property
    def _days(self) -> str:
        return "day" if self.days == 1 else f"{self.days} days"
