"""`sheet`: what to enter in the developer portal."""

import json as json_format
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from ops import files
from ops.options import SELECTED, Apps, Json, Target, chosen_apps, one_of
from ops.outputs import Outputs, OutputsError
from ops.sheet.terminal import print_sheet, table_text
from ops.terminal import plain_console
from ops.version import program_version
from portal.model import AppRegistration
from portal.sheet.live import NOTHING_KNOWN, Live
from portal.sheet.overview import MOST_IN_FULL
from portal.sheet.text import one_line

Format = Literal["table", "markdown", "html"]
_FORMAT = one_of("Format")


def run(
    *,
    target: Target = SELECTED,
    app: Apps = (),
    format: Annotated[Format, Parameter(group=_FORMAT)] = "table",
    json: Annotated[Json, Parameter(group=_FORMAT)] = False,
    output: Path | None = None,
    offline: bool = False,
) -> int:
    """Show what to enter in the developer portal, and what to do next.

    Args:
        app: Only this app, by its organization ID. You can repeat the option.
        format: The format. Default: table.
        output: Write to this file, not to standard output.
        offline: Do not read the live status from AWS.
    """
    outputs = target.outputs()
    apps = chosen_apps(outputs, app)
    live = NOTHING_KNOWN if offline else _live(outputs, apps)
    if json:
        text = _json(apps, live)
    elif format != "table":
        text = _document(outputs, apps, format, live)
    elif output is None:
        print_sheet(outputs, apps, plain_console(), live)
        return 0
    else:
        text = table_text(outputs, apps, live)
    if output is None:
        sys.stdout.write(text)
    else:
        files.write(output, text)
    return 0


def _live(outputs: Outputs, apps: Sequence[AppRegistration]) -> Live:
    """The live status of these apps; with many apps, it is not read."""
    if len(apps) > MOST_IN_FULL or not any(app.client_id for app in apps):
        return NOTHING_KNOWN
    try:
        outputs.text("installationsTableArn")
        # What calls AWS takes long to import.
        from ops.sheet.live_status import fetch_live_status  # noqa: PLC0415

        live, unknown = fetch_live_status(outputs, apps)
    except OutputsError as error:
        live, unknown = NOTHING_KNOWN, str(error)
    if unknown is not None:
        what = "whether data syncs with Rutter" if live.traffic else "what BigCommerce has called"
        sys.stderr.write(f"Could not determine {what}: {one_line(unknown)}\n")
    return live


def _document(
    outputs: Outputs, apps: Sequence[AppRegistration], format_: Format, live: Live
) -> str:
    from portal.sheet.documents import html_sheet, markdown_sheet  # noqa: PLC0415 (not for a table)

    render = html_sheet if format_ == "html" else markdown_sheet
    made = f"Made on {datetime.now(UTC):%Y-%m-%d} by version {program_version()} of the program."
    return render(outputs.registration, apps, made, live, outputs.given)


def _json(apps: Sequence[AppRegistration], live: Live) -> str:
    tabs = {app.organization_id: _with_live(app, live) for app in apps}
    return json_format.dumps(tabs, indent=2) + "\n"


def _with_live(app: AppRegistration, live: Live) -> dict[str, object]:
    traffic = live.traffic.get(app.organization_id)
    return {
        **app.technical_tab(),
        "seen": traffic and traffic.as_json(app),
        "connections": live.connections.get(app.organization_id),
    }
