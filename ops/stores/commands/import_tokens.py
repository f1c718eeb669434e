"""`import`: stores that installed the app while it ran elsewhere are taken over."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from lambdas.records import installation, installation_item
from lambdas.records.installation import Installation, Record, User
from lambdas.shared.errors import ServiceUnavailableError
from ops.choice import chosen_apps
from ops.errors import CommandError
from ops.stores.at_once import each
from ops.stores.bigcommerce_api import BigCommerceApi, Verdict
from ops.stores.confirmation import add_yes, confirm
from ops.stores.older_outputs import refuse_older_outputs
from ops.stores.stack import Stack
from ops.stores.store_table import whole_items
from ops.stores.text import in_columns, number_of
from ops.stores.token_file import OPTIONAL, REQUIRED, ForeignInstallation, read
from ops.stores.tokens import encrypted
from portal.model import AppRegistration

IMPORTED, THERE = "imported", "there already"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which file, and for which app."""
    parser.add_argument(
        "path",
        type=Path,
        metavar="TOKENS",
        help=f"CSV with the columns {', '.join(REQUIRED)}, and perhaps {', '.join(OPTIONAL)}",
    )
    parser.add_argument(
        "--app", metavar="ORGANIZATION_ID", help="for which app, where the stack has several"
    )
    add_yes(parser)


def run(stack: Stack, options: argparse.Namespace) -> int:
    """Take over the tokens of an app that ran elsewhere, so that its stores need not install again.

    The app must have the Client ID that the tokens were granted to, and its callback URLs must be
    this stack's in the portal. `scope` is as the token endpoint gave it, separated by spaces. Each
    token is tried at BigCommerce first (GET /v2/store), and one that does not hold is left out. A
    store that has a record of the app already is left as it is, so the file can be given again.
    Delete it when all is imported: it has the tokens in plain text.

    If the app has Rutter, every imported store is connected to it, as after an installation: Rutter
    gets its token. The confirmation says so.

    Exit status: 0 when every store of the file is there, 1 when one was left out, 2 when AWS
    refused: what was done by then is shown.
    """
    app = _app(stack, options.app)
    api = BigCommerceApi(stack.registration)
    foreign = read(options.path)
    confirm(_question(app, len(foreign)), options)
    outcomes: list[tuple[ForeignInstallation, str]] = []
    try:
        each(partial(_take_over, stack, app, api), foreign, "Importing", outcomes)
    finally:
        _show(outcomes)
    return 1 if {outcome for _, outcome in outcomes} - {IMPORTED, THERE} else 0


def _question(app: AppRegistration, stores: int) -> str:
    rutter = "Rutter gets their tokens and connects the stores. " if app.rutter else ""
    return f"{rutter}Import {number_of(stores, 'store')} into {app.organization_id}?"


def _show(outcomes: Sequence[tuple[ForeignInstallation, str]]) -> None:
    """Print which stores were left out, and why, and how many were not."""
    left_out = [
        (store.store_hash, outcome)
        for store, outcome in outcomes
        if outcome not in (IMPORTED, THERE)
    ]
    if left_out:
        for line in in_columns([("Store", "Left out, because"), *sorted(left_out)]):
            sys.stdout.write(f"{line}\n")
    counts = Counter(outcome for _, outcome in outcomes)
    sys.stdout.write(
        f"{number_of(counts[IMPORTED], 'store')} imported, {counts[THERE]:,} were there already, "
        f"{len(left_out):,} left out.\n"
    )


def _app(stack: Stack, organization_id: str | None) -> AppRegistration:
    if organization_id is None and len(stack.apps) > 1:
        raise CommandError(f"The stack has several apps. Say which: --app {next(iter(stack.apps))}")
    (app,) = chosen_apps(stack.outputs, [organization_id] if organization_id else [])
    if app.client_id is None:
        raise CommandError(
            f"The app {app.organization_id} awaits registration: a token belongs to a Client ID. "
            f"What to do first: {stack.commands.sheet_of(app)}"
        )
    refuse_older_outputs(stack, [app.organization_id])
    return app


def _take_over(
    stack: Stack, app: AppRegistration, api: BigCommerceApi, foreign: ForeignInstallation
) -> str:
    """Take over one store; what became of it."""
    key = installation_item.key(app.organization_id, foreign.store_hash)
    for item in whole_items(stack, [key], "status", "client_id"):
        if (item["status"], item["client_id"]) == ("installed", app.client_id):
            return THERE
    answer = api.ask(foreign.store_hash, foreign.access_token, set(foreign.scopes))
    if answer.verdict is not Verdict.HOLDS:
        return f"the token is {answer.verdict}: {answer.reason}"
    new = _installation(stack, app, foreign)
    try:
        record = stack.records.update(
            app.organization_id, foreign.store_hash, partial(_imported, new=new)
        )
    except ServiceUnavailableError:
        return "others kept writing its record"
    if isinstance(record, Installation) and record.access_token == new.access_token:
        return IMPORTED
    return "it was uninstalled since, or installed meanwhile"


def _installation(stack: Stack, app: AppRegistration, foreign: ForeignInstallation) -> Installation:
    installed_at = foreign.installed_at or int(time.time())
    owner = User(foreign.owner_id, foreign.owner_email, installed_at)
    return Installation(
        client_id=str(app.client_id),
        installed_at=installed_at,
        granted_at_ms=installed_at * 1000,
        access_token=encrypted(
            stack, app.organization_id, foreign.store_hash, foreign.access_token
        ),
        scopes=foreign.scopes,
        account_uuid=foreign.account_uuid,
        owner_id=owner.id,
        users={owner.id: owner},
    )


def _imported(record: Record, *, new: Installation) -> Record:
    """The record after an import: an installation of the same app stays, whatever it is."""
    if isinstance(record, Installation) and record.client_id == new.client_id:
        return record
    return installation.install(record, new)
