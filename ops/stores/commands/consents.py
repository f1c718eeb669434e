"""`consents`: how many stores must consent again after a change of the configuration.

Source: BigCommerce's app documentation. Once the developer portal has changed scopes, or multiple
users turned on, BigCommerce asks each merchant for consent when they next open the app. Until then
the store's token works; the new consent replaces it.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from lambdas.records.scopes import ScopeComparison, compare
from ops.errors import CommandError
from ops.options import SELECTED, Json, Target
from ops.scopes import compare_in_portal
from ops.stores.configured_apps import ConfiguredApp, apps_of_stack
from ops.stores.output import number_of, print_json
from ops.stores.stack import opened
from ops.stores.store import Store
from ops.stores.store_table import listed
from portal.model import AppRegistration
from portal.sheet.text import one_line

# All that is read about a store: the preview role may read no more.
ATTRIBUTES = ("organization_id", "store_hash", "sk", "status", "client_id", "scopes")
_AFTERWARDS = (
    "once the developer portal has this change too. Their tokens are valid until the merchant next "
    "opens the app: BigCommerce then asks for consent, and a new token replaces the old one."
)


@dataclass(frozen=True)
class Change:
    """An app's change from what is deployed to what is configured."""

    deployed: AppRegistration
    configured: ConfiguredApp

    @property
    def scopes(self) -> ScopeComparison:
        """The scopes that the change removes (missing) and adds (extra)."""
        return compare(self.deployed.scopes, self.configured.scopes)

    @property
    def multiple_users(self) -> bool | None:
        """Whether multiple users are turned on or off; None if that does not change."""
        new = self.configured.multiple_users
        return None if new == self.deployed.multiple_users else new

    def __bool__(self) -> bool:
        """Whether anything changes."""
        return self.scopes.differs or self.multiple_users is not None

    def __str__(self) -> str:
        """The change in words."""
        words = [("adds", self.scopes.extra), ("removes", self.scopes.missing)]
        texts = [f"{verb} {', '.join(scopes)}" for verb, scopes in words if scopes]
        if self.multiple_users is not None:
            texts.append(f"turns multiple users {'on' if self.multiple_users else 'off'}")
        return "; ".join(texts)

    def affects(self, store: Store) -> bool:
        """Return whether a store must consent again.

        A store that granted exactly the new scopes has consented already: the portal changed first.
        """
        if self.multiple_users or not self.scopes.differs:
            return bool(self.multiple_users)
        return compare_in_portal(self.configured.scopes, store.granted).differs


def run(*, target: Target = SELECTED, json: Json = False) -> int:
    """Count the stores that must consent again when the configuration is deployed.

    Stores must consent again if an app's scopes change, or if multiple users are
    turned on. The command reads the configuration with the Pulumi CLI. It compares
    it with what is deployed, and with the scopes that each store granted. It reads
    only the table's index. CI runs it with each preview.
    """
    with opened(target) as stack:
        registration = stack.outputs.registration
        if registration.packaged:
            raise CommandError(
                "The stack's program uses the component package. This command needs the apps in "
                "the stack's configuration, which only a clone of the repository has."
            )
        configured = apps_of_stack(target.stack or registration.stack)
        removed = sorted(stack.apps.keys() - configured.keys())
        if removed:
            sys.stderr.write(f"Deployed, but not in this configuration: {', '.join(removed)}.\n")
        if not configured.keys() & stack.apps.keys():
            raise CommandError("No app of the configuration is deployed, so none was compared.")
        changes = {
            id_: change
            for id_, app in configured.items()
            if id_ in stack.apps and (change := Change(stack.apps[id_], app))
        }
        stores = listed(stack, changes, ATTRIBUTES) if changes else []
    counts = {id_: _counts(change, id_, stores) for id_, change in changes.items()}
    if json:
        print_json([_as_json(id_, change, *counts[id_]) for id_, change in changes.items()])
    elif not changes:
        sys.stdout.write("Neither scopes nor multiple users change: no store must consent again.\n")
    else:
        for id_, change in changes.items():
            name = f"{one_line(change.configured.name)} ({id_})"
            sys.stdout.write(f"{name}: {change}\n  {_consequence(*counts[id_])}\n")
    return 0


def _counts(change: Change, organization_id: str, stores: Sequence[Store]) -> tuple[int, int]:
    """Return how many stores must consent again, and how many installed the app."""
    installed = [
        store
        for store in stores
        if store.organization_id == organization_id and store.is_installed and store.is_current
    ]
    return sum(map(change.affects, installed)), len(installed)


def _as_json(organization_id: str, change: Change, affected: int, installed: int) -> object:
    return {
        "organizationId": organization_id,
        "addedScopes": change.scopes.extra,
        "removedScopes": change.scopes.missing,
        "multipleUsers": change.multiple_users,
        "affectedStores": affected,
        "installedStores": installed,
    }


def _consequence(affected: int, installed: int) -> str:
    if not installed:
        return "No store has installed it."
    if not affected:
        return f"None of {number_of(installed, 'store')} must consent again."
    return f"{affected:,} of {number_of(installed, 'store')} must consent again, {_AFTERWARDS}"
