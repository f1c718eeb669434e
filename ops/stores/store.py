"""A store of a stack's app, and what its items in the table say about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from lambdas.records import installation_item
from lambdas.records.scopes import ScopeComparison
from lambdas.rutter import connection_table
from portal.model import AppRegistration
from portal.traffic import compare_in_portal

# A store has up to three items: its record, its verification and its connection.
VERIFICATION = "VERIFICATION"
CONNECTION = connection_table.SORT_KEY
SORT_KEYS = (installation_item.SORT_KEY, VERIFICATION, CONNECTION)


@dataclass(frozen=True)
class Store:
    """A store of an app.

    Attributes:
        organization_id: the app's.
        store_hash: the store's ID at BigCommerce.
        app: the app, or None if the stack no longer has it.
        items: the attributes of its items by sort key; for a listed store, those in the index.
        last_opened: the day it last opened the app, if requested and known.
    """

    organization_id: str
    store_hash: str
    app: AppRegistration | None
    items: Mapping[str, Mapping[str, Any]]
    last_opened: date | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What identifies it, and sorts it among others."""
        return self.organization_id, self.store_hash

    @property
    def app_label(self) -> str:
        """The app's name and organization ID."""
        return f"{self.app.name if self.app else '-'} ({self.organization_id})"

    @property
    def record(self) -> Mapping[str, Any]:
        """The attributes of its record; empty if there is none."""
        found = self.items.get(installation_item.SORT_KEY, {})
        return found if installation_item.is_record(found) else {}

    @property
    def is_installed(self) -> bool:
        """Whether the app is installed, even if the stack no longer has the app."""
        return self.record.get("status") == "installed"

    @property
    def is_current(self) -> bool:
        """Whether its record belongs to the app's present registration.

        An app without a Client ID may still get the one that its stores installed. An item without
        a record expires on its own.
        """
        if self.app is None:
            return False
        return not self.record or self.app.client_id in (None, self.record["client_id"])

    @property
    def state(self) -> str:
        """Its state in a few words."""
        if not self.record:
            return "no record"
        if self.app is None:
            return "app not configured"
        if not self.is_current:
            return "earlier registration"
        if self.is_installed and self.verdict not in (None, "valid"):
            return f"installed, {self.verdict}"
        return str(self.record["status"])

    @property
    def verdict(self) -> str | None:
        """The recorded verdict on its present token; None if there is none."""
        verified = self.items.get(VERIFICATION, {})
        if verified.get("granted_at_ms") != self.record.get("granted_at_ms"):
            return None
        return verified.get("verdict")

    @property
    def domain(self) -> str | None:
        """Its domain, if known."""
        return self.items.get(VERIFICATION, {}).get("domain")

    @property
    def connection_state(self) -> str | None:
        """The state of its connection at Rutter; None if it has none."""
        return self.items.get(CONNECTION, {}).get("connection_state")

    @property
    def connection_reason(self) -> str | None:
        """Why the connection is not healthy; None if nothing is known to be wrong."""
        return self.items.get(CONNECTION, {}).get("connection_reason")

    @property
    def installed_at(self) -> datetime | None:
        """When the app was installed; None if it is not."""
        return self._time("installed_at")

    @property
    def uninstalled_at(self) -> datetime | None:
        """When the app was uninstalled; None if it is installed."""
        return self._time("uninstalled_at")

    @property
    def user_count(self) -> int | None:
        """How many users may open the app; None if it is not installed."""
        count = self.record.get("user_count")
        return None if count is None else int(count)

    @property
    def missing_scopes(self) -> list[str]:
        """The scopes that the app is configured with and the store did not grant."""
        return self._compared.missing if self.is_installed else []

    @property
    def extra_scopes(self) -> list[str]:
        """The scopes that the store granted and the app is not configured with."""
        return self._compared.extra if self.is_installed else []

    @property
    def granted(self) -> set[str]:
        """The scopes that the store granted."""
        return set(self.record.get("scopes", ()))

    @property
    def _compared(self) -> ScopeComparison:
        return compare_in_portal(self.app.scopes if self.app else self.granted, self.granted)

    def _time(self, name: str) -> datetime | None:
        seconds = self.record.get(name)
        return None if seconds is None else datetime.fromtimestamp(int(seconds), UTC)
