"""Which stores must consent again when an app's configuration changes.

Source: BigCommerce's app documentation. Changed scopes, and multiple users turned on, ask every
store for a new consent once the developer portal has them. It is asked for when the merchant next
opens the app: until then the store's token works, and from the new consent on another one does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lambdas.records.scopes import compare
from ops.stores.configured_apps import ConfiguredApp
from ops.stores.store import Store
from portal.model import AppRegistration
from portal.traffic import compare_in_portal

# What is read of the stores, of all that the index has.
ATTRIBUTES = ("organization_id", "store_hash", "sk", "status", "client_id", "scopes")


@dataclass(frozen=True)
class Change:
    """What changes of an app for its merchants, from what is deployed to what is configured."""

    deployed: AppRegistration
    configured: ConfiguredApp

    @property
    def added(self) -> list[str]:
        """The scopes that it asks for besides."""
        return compare(self.deployed.scopes, self.configured.scopes).extra

    @property
    def removed(self) -> list[str]:
        """The scopes that it asks for no longer."""
        return compare(self.deployed.scopes, self.configured.scopes).missing

    @property
    def turns_multiple_users(self) -> str | None:
        """`on` or `off`; None where it stays."""
        if self.configured.multiple_users == self.deployed.multiple_users:
            return None
        return "on" if self.configured.multiple_users else "off"

    def __bool__(self) -> bool:
        """Whether anything changes."""
        return bool(self.added or self.removed or self.turns_multiple_users)

    def affected(self, stores: Sequence[Store]) -> list[Store]:
        """Those of the installed stores that must consent again.

        A store that granted just the new scopes has consented already: the portal had them first.
        """
        if self.turns_multiple_users == "on":
            return list(stores)
        if not self.added and not self.removed:
            return []
        return [
            store
            for store in stores
            if compare_in_portal(self.configured.scopes, store.granted).differs
        ]
