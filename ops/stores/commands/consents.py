"""`consents`: how many stores must consent again after a change of the configuration.

Source: BigCommerce's app documentation. Once the developer portal has changed scopes, or multiple
users turned on, BigCommerce asks each merchant for consent when they next open the app. Until then
the store's token works; the new consent replaces it.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lambdas.records.scopes import ScopeComparison, compare
from ops.errors import CommandError
from ops.options import SELECTED, Json, Target
from ops.stores.configured_apps import ConfiguredApp, apps_in_file, apps_of_stack
from ops.stores.output import number_of, print_json
from ops.stores.stack import Stack, opened
from ops.stores.store import Store
from ops.stores.store_table import listed
from portal.model import AppRegistration
from portal.sheet.text import one_line
from portal.traffic import compare_in_portal

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
        added, removed = ", ".join(self.scopes.extra), ", ".join(self.scopes.missing)
        users = {True: "turns multiple users on", False: "turns multiple users off"}
        texts = (
            f"adds {added}" if added else "",
            f"removes {removed}" if removed else "",
            "" if self.multiple_users is None else users[self.multiple_users],
        )
        return "; ".join(filter(None, texts))

    def affected(self, stores: Sequence[Store]) -> list[Store]:
        """Return the installed stores that must consent again.

        A store that granted exactly the new scopes has consented already: the portal changed first.
        """
        if self.multiple_users:
            return list(stores)
        if not self.scopes.differs:
            return []
        return [
            store
            for store in stores
            if compare_in_portal(self.configured.scopes, store.granted).differs
        ]


def run(*, target: Target = SELECTED, config: Path | None = None, json: Json = False) -> int:
    """Count the stores that must consent again when the configuration is deployed.

    Stores must consent again if an app's scopes change, or if multiple users are
    turned on. The command compares the configuration with what is deployed, and
    with the scopes that each store granted. It reads only the table's index. CI
    runs it with each preview.

    Args:
        config: The stack's file, such as Pulumi.dev.yaml. Default: the configuration that the
            Pulumi CLI has of the stack.
    """
    with opened(target) as stack:
        configured = _configured(stack, target, config)
        removed = sorted(stack.apps.keys() - configured.keys())
        if removed:
            sys.stderr.write(f"Deployed, but not in this configuration: {', '.join(removed)}.\n")
        if not configured.keys() & stack.apps.keys():
            raise CommandError("No app of the configuration is deployed, so none was compared.")
        changes = [
            change
            for id_, app in configured.items()
            if id_ in stack.apps and (change := Change(stack.apps[id_], app))
        ]
        ids = [change.deployed.organization_id for change in changes]
        stores = listed(stack, ids, ATTRIBUTES) if ids else []
    if not changes and not json:
        sys.stdout.write("Neither scopes nor multiple users change: no store must consent again.\n")
    counts = [(change, *_counts(change, stores)) for change in changes]
    if json:
        print_json([_as_json(*count) for count in counts])
        return 0
    for change, affected, installed in counts:
        name = f"{one_line(change.configured.name)} ({change.deployed.organization_id})"
        sys.stdout.write(f"{name}: {change}\n  {_consequence(affected, installed)}\n")
    return 0


def _configured(stack: Stack, target: Target, config: Path | None) -> Mapping[str, ConfiguredApp]:
    if config is not None:
        return apps_in_file(config)
    if target.file is not None:
        raise CommandError("Add the configuration, such as --config Pulumi.NAME.yaml.")
    return apps_of_stack(target.stack or stack.outputs.registration.stack)


def _counts(change: Change, stores: Sequence[Store]) -> tuple[int, int]:
    """Return how many stores must consent again, and how many installed the app."""
    installed = [
        store
        for store in stores
        if store.organization_id == change.deployed.organization_id
        and store.is_installed
        and store.is_current
    ]
    return len(change.affected(installed)), len(installed)


def _as_json(change: Change, affected: int, installed: int) -> dict[str, object]:
    return {
        "organizationId": change.deployed.organization_id,
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
