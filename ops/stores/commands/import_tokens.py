"""`import`: import the stores of an app that ran elsewhere."""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from lambdas.records import installation, installation_item
from lambdas.records.installation import Installation, Record, User
from lambdas.records.installation_table import BusyRecordError, InstallationTable
from ops.errors import CommandError
from ops.options import SELECTED, Json, Target, chosen_apps
from ops.stores.bigcommerce_api import BigCommerceApi, Verdict
from ops.stores.confirmation import Yes, confirm
from ops.stores.older_outputs import refuse_older_outputs
from ops.stores.output import number_of, print_outcomes, print_table
from ops.stores.parallel_map import parallel_map
from ops.stores.stack import Stack, opened
from ops.stores.store_table import whole_items
from ops.stores.token_file import OPTIONAL, REQUIRED, ForeignInstallation, read
from ops.stores.tokens import encrypted
from portal.model import AppRegistration

IMPORTED, PRESENT = "imported", "present"


def run(
    tokens: Annotated[
        Path,
        Parameter(
            help=f"CSV with the columns {', '.join(REQUIRED)}; optional: {', '.join(OPTIONAL)}."
        ),
    ],
    /,
    *,
    target: Target = SELECTED,
    app: Annotated[str | None, Parameter(name="--app")] = None,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Import the tokens of an app that ran elsewhere, without reinstalling it.

    The tokens must belong to the app's client ID. The command verifies each at
    BigCommerce (GET /v2/store), and skips invalid ones. Stores with a record stay
    as they are. Delete the file afterwards: it has the tokens in plain text.

    If the app has Rutter, every imported store is connected: Rutter gets its token.

    Exit status: 0 if every store of the file is in the table, 1 if one was skipped,
    2 if AWS refused.

    Args:
        app: The app's organization ID, if the stack has several apps.
    """
    with opened(target) as stack:
        registered = _app(stack, app)
        id_ = registered.organization_id
        api = BigCommerceApi(stack.outputs.registration)
        foreign = read(tokens)
        rutter = "Rutter gets their tokens and connects the stores. " if registered.rutter else ""
        confirm(f"{rutter}Import {number_of(len(foreign), 'store')} into {id_}?", yes=yes)
        done: list[tuple[ForeignInstallation, str]] = []
        try:
            parallel_map(partial(_import, stack, registered, api), foreign, "Importing", done)
        finally:
            if json:
                print_outcomes(((id_, store.store_hash), outcome) for store, outcome in done)
            else:
                _print_outcomes(done)
    return 1 if {outcome for _, outcome in done} - {IMPORTED, PRESENT} else 0


def _print_outcomes(done: Sequence[tuple[ForeignInstallation, str]]) -> None:
    counts = Counter(outcome for _, outcome in done)
    skipped = [
        (store.store_hash, outcome) for store, outcome in done if outcome not in (IMPORTED, PRESENT)
    ]
    if skipped:
        print_table(("Store", "Skipped because"), sorted(skipped))
    sys.stdout.write(
        f"{number_of(counts[IMPORTED], 'store')} imported, {counts[PRESENT]:,} already present, "
        f"{len(skipped):,} skipped.\n"
    )


def _app(stack: Stack, organization_id: str | None) -> AppRegistration:
    if organization_id is None and len(stack.apps) > 1:
        example = next(iter(stack.apps))
        raise CommandError(f"The stack has several apps. Choose one, such as --app {example}")
    (app,) = chosen_apps(stack.outputs, [organization_id] if organization_id else [])
    if app.client_id is None:
        raise CommandError(
            f"The app {app.organization_id} has no client ID yet, and tokens belong to one. "
            f"Register it first: {stack.commands.sheet_of(app)}"
        )
    refuse_older_outputs(stack, [app.organization_id])
    return app


def _import(
    stack: Stack, app: AppRegistration, api: BigCommerceApi, foreign: ForeignInstallation
) -> str:
    """Import one store, and return what happened."""
    key = installation_item.key(app.organization_id, foreign.store_hash)
    for item in whole_items(stack, [key], "status", "client_id"):
        if (item["status"], item["client_id"]) == ("installed", app.client_id):
            return PRESENT
    answer = api.verify(foreign.store_hash, foreign.access_token, set(foreign.scopes))
    if answer.verdict is not Verdict.VALID:
        return f"token {answer.verdict}: {answer.reason}"
    new = _installation(stack, app, foreign)
    table = InstallationTable(stack.dynamodb, stack.table_name)
    try:
        record = table.update(app.organization_id, foreign.store_hash, partial(_imported, new=new))
    except BusyRecordError:
        return "its record was busy"
    if isinstance(record, Installation) and record.access_token == new.access_token:
        return IMPORTED
    return "it was uninstalled later, or installed meanwhile"


def _installation(stack: Stack, app: AppRegistration, foreign: ForeignInstallation) -> Installation:
    installed_at = int(foreign.installed_at.timestamp() if foreign.installed_at else time.time())
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
    """Return the record after an import: an existing installation of the app stays as it is."""
    if isinstance(record, Installation) and record.client_id == new.client_id:
        return record
    return installation.install(record, new)
