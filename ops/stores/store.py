"""A store of a stack's app, by its items in the table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lambdas.records import installation_item
from lambdas.records.scopes import ScopeComparison
from ops.scopes import compare_in_portal
from portal.model import AppRegistration

# A store has up to three items: its record, its verification and its connection.
VERIFICATION = "VERIFICATION"
CONNECTION = installation_item.CONNECTION_SORT_KEY
SORT_KEYS = (installation_item.SORT_KEY, VERIFICATION, CONNECTION)


@dataclass(frozen=True)
class Store:
    """A store of an app.

    Attributes:
        app: the app, or None if the stack no longer has it.
        items: the attributes of its items by sort key; for a listed store, those in the index.
    """

    organization_id: str
    store_hash: str
    app: AppRegistration | None
    items: Mapping[str, Mapping[str, Any]]

    @property
    def key(self) -> tuple[str, str]:
        """The organization ID and the store hash, which identify and sort stores."""
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

        An app without a client ID may still get the one that its stores installed. An item without
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
        """The recorded verdict on its present token."""
        verified = self.items.get(VERIFICATION, {})
        if verified.get("granted_at_ms") != self.record.get("granted_at_ms"):
            return None
        return verified.get("verdict")

    @property
    def domain(self) -> str | None:
        """Its domain, if it was verified."""
        return self.items.get(VERIFICATION, {}).get("domain")

    @property
    def connection_state(self) -> str | None:
        """The state of its connection at Rutter."""
        return self.items.get(CONNECTION, {}).get("connection_state")

    @property
    def connection_reason(self) -> str | None:
        """Why its connection is not healthy."""
        return self.items.get(CONNECTION, {}).get("connection_reason")

    def time(self, name: str) -> datetime | None:
        """Return a time of its record, such as `installed_at`."""
        seconds = self.record.get(name)
        return None if seconds is None else datetime.fromtimestamp(int(seconds), UTC)

    @property
    def user_count(self) -> int | None:
        """How many users may open the app; None if it is not installed."""
        count = self.record.get("user_count")
        return None if count is None else int(count)

    @property
    def granted(self) -> set[str]:
        """The scopes that the store granted."""
        return set(self.record.get("scopes", ()))

    @property
    def scopes(self) -> ScopeComparison:
        """The granted scopes, compared with the app's; no difference if it is not installed."""
        configured = self.app.scopes if self.app and self.is_installed else self.granted
        return compare_in_portal(configured, self.granted)
