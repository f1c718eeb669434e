"""`consents`: what a change of the configuration asks of merchants."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ops.errors import CommandError
from ops.stores.configured_apps import ConfiguredApp, apps_in_file, apps_of_stack
from ops.stores.consents import ATTRIBUTES, Change
from ops.stores.stack import Stack
from ops.stores.store import Store
from ops.stores.store_table import listed
from ops.stores.text import number_of
from portal.sheet.text import one_line

_MEANWHILE = (
    "once the developer portal has this too. Their tokens hold until the merchant next opens the "
    "app: BigCommerce then asks for the consent, which brings a new token in place of the old one."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the configuration is."""
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="the stack's file, such as Pulumi.dev.yaml; without it the Pulumi CLI is asked for "
        "what --stack is configured with",
    )


def run(stack: Stack, options: argparse.Namespace) -> int:
    """Say how many stores must consent again when the stack's configuration is deployed.

    That is so where an app's scopes change, or where multiple users are turned on: the apps of the
    configuration are compared with those of the outputs, and with what each store has granted. Of
    the table's index the scopes are read, and no domain; of the table nothing. CI shows it with
    each preview.
    """
    configured = _configured(options)
    changes = [
        change
        for id_, app in configured.items()
        if id_ in stack.apps and (change := Change(stack.apps[id_], app))
    ]
    if not changes:
        sys.stdout.write("Neither scopes nor multiple users change: no store must consent again.\n")
        return 0
    ids = [change.deployed.organization_id for change in changes]
    stores = [
        store for store in listed(stack, ids, ATTRIBUTES) if store.is_installed and store.is_current
    ]
    for change in changes:
        id_ = change.deployed.organization_id
        of_app = [store for store in stores if store.organization_id == id_]
        what = "; ".join(_differences(change))
        sys.stdout.write(f"{one_line(change.configured.name)} ({id_}): {what}\n")
        sys.stdout.write(f"  {_consequence(len(change.affected(of_app)), of_app)}\n")
    return 0


def _configured(options: argparse.Namespace) -> Mapping[str, ConfiguredApp]:
    if options.config is not None:
        return apps_in_file(options.config)
    if options.stack is None:
        raise CommandError("Which configuration? Say --stack NAME, or --config Pulumi.NAME.yaml.")
    return apps_of_stack(options.stack)


def _differences(change: Change) -> Iterator[str]:
    if change.added:
        yield f"adds {', '.join(change.added)}"
    if change.removed:
        yield f"takes out {', '.join(change.removed)}"
    if change.turns_multiple_users:
        yield f"turns multiple users {change.turns_multiple_users}"


def _consequence(affected: int, stores: Sequence[Store]) -> str:
    if not stores:
        return "No store has installed it."
    if not affected:
        return f"None of {number_of(len(stores), 'store')} must consent again."
    return f"{affected:,} of {number_of(len(stores), 'store')} must consent again, {_MEANWHILE}"
