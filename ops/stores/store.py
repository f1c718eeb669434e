"""A store of a stack's app, and what its items say of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from lambdas.records import installation_item
from lambdas.records.scopes import ScopeComparison
from lambdas.rutter import connection_table
from portal.model import AppRegistration
from portal.traffic import compare_in_portal

# The sort keys of its items, beside its record's.
VERIFICATION = "VERIFICATION"
CONNECTION = connection_table.SORT_KEY
# All that there can be of a store.
SORT_KEYS = (installation_item.SORT_KEY, VERIFICATION, CONNECTION)


@dataclass(frozen=True)
class Store:
    """A store of an app.

    Attributes:
        organization_id: the app's.
        store_hash: BigCommerce's name of the store.
        app: the app, or None if the stack no longer has it.
        items: the attributes of its items by sort key; those that the index has, if it was listed.
        last_opened: the day it last opened the app, where that was asked for and is known.
    """

    organization_id: str
    store_hash: str
    app: AppRegistration | None
    items: Mapping[str, Mapping[str, Any]]
    last_opened: date | None = None

    @property
    def record(self) -> Mapping[str, Any]:
        """The attributes of its record; empty where there is none."""
        found = self.items.get(installation_item.SORT_KEY, {})
        return found if installation_item.is_record(found) else {}

    @property
    def is_installed(self) -> bool:
        """Whether its record says so, whoever the app is now."""
        return self.record.get("status") == "installed"

    @property
    def is_current(self) -> bool:
        """Whether its record is of an app as it is registered now.

        An app without a Client ID may be waiting for the one its stores were installed with. And
        what is left where a record has expired, expires too.
        """
        if self.app is None:
            return False
        return not self.record or self.app.client_id in (None, self.record["client_id"])

    @property
    def state(self) -> str:
        """Where it stands, in a few words."""
        if not self.record:
            return "no record"
        if self.app is None:
            return "app not configured"
        if not self.is_current:
            return "of an earlier registration"
        if self.is_installed and self.verdict not in (None, "holds"):
            return f"installed, {self.verdict}"
        return str(self.record["status"])

    @property
    def verdict(self) -> str | None:
        """What BigCommerce said of the token it has; None where that is not recorded."""
        verified = self.items.get(VERIFICATION, {})
        if verified.get("granted_at_ms") != self.record.get("granted_at_ms"):
            return None
        return verified.get("verdict")

    @property
    def domain(self) -> str | None:
        """Its domain, where it is known."""
        return self.items.get(VERIFICATION, {}).get("domain")

    @property
    def connection_state(self) -> str | None:
        """That of its connection at Rutter; None where none was made."""
        return self.items.get(CONNECTION, {}).get("connection_state")

    @property
    def connection_reason(self) -> str | None:
        """Why the connection is not healthy; None where nothing is known to be wrong."""
        return self.items.get(CONNECTION, {}).get("connection_reason")

    @property
    def installed_at(self) -> datetime | None:
        """When the app was installed; None where it is not."""
        seconds = self.record.get("installed_at")
        return None if seconds is None else datetime.fromtimestamp(int(seconds), UTC)

    @property
    def user_count(self) -> int | None:
        """How many users may open the app; None where it is not installed."""
        count = self.record.get("user_count")
        return None if count is None else int(count)

    @property
    def missing_scopes(self) -> list[str]:
        """What the app is configured with and the store did not grant."""
        return self._compared.missing if self.is_installed else []

    @property
    def extra_scopes(self) -> list[str]:
        """What the store granted and the app is not configured with."""
        return self._compared.extra if self.is_installed else []

    @property
    def granted(self) -> set[str]:
        """The scopes that the store granted."""
        return set(self.record.get("scopes", ()))

    @property
    def _compared(self) -> ScopeComparison:
        """Nothing differs where there is no app to compare with."""
        return compare_in_portal(self.app.scopes if self.app else self.granted, self.granted)
