"""`sheet`: what to enter in the developer portal."""

import io
import json as json_format
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.console import Console

from ops import files
from ops.options import SELECTED, Apps, Json, Target, chosen_apps, one_of
from ops.outputs import Outputs
from ops.sheet.terminal import print_sheet
from ops.terminal import plain_console
from ops.version import program_version
from portal.model import AppRegistration
from portal.sheet.overview import MOST_IN_FULL
from portal.traffic import Traffic

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
    """Print the sheet, or write it to a file.

    Args:
        app: Only this app, by its organization ID. You can repeat the option.
        format: The format. Default: table.
        output: Write to this file, not to standard output.
        offline: Do not read the live status from AWS.
    """
    outputs = target.outputs()
    apps = chosen_apps(outputs, app)
    seen = {} if offline else _traffic(outputs, apps)
    if json:
        text = json_format.dumps(
            {each.organization_id: _as_json(each, seen) for each in apps}, indent=2
        )
        text += "\n"
    elif format != "table":
        text = _document(outputs, apps, format, seen)
    elif output is None:
        print_sheet(outputs, apps, plain_console(), seen)
        return 0
    else:
        printed = io.StringIO()
        print_sheet(outputs, apps, plain_console(file=printed), seen)
        text = printed.getvalue()
    if output is None:
        sys.stdout.write(text)
    else:
        files.write(output, text)
    return 0


def _traffic(outputs: Outputs, apps: Sequence[AppRegistration]) -> Mapping[str, Traffic]:
    """Return what BigCommerce called, by organization ID; with many apps, it is not read."""
    registered = [app for app in apps if app.client_id]
    if len(apps) > MOST_IN_FULL or not registered:
        return {}
    # What calls AWS takes long to import.
    from ops.traffic import TrafficUnknownError, traffic  # noqa: PLC0415

    try:
        with Console(stderr=True).status("Searching the logs for BigCommerce's calls"):
            return traffic(outputs, registered)
    except TrafficUnknownError as error:
        sys.stderr.write(f"Could not determine what BigCommerce called: {error}\n")
        return {}


def _document(
    outputs: Outputs,
    apps: Sequence[AppRegistration],
    format_: Format,
    seen: Mapping[str, Traffic],
) -> str:
    from portal.sheet.documents import html_sheet, markdown_sheet  # noqa: PLC0415 (not for a table)

    render = html_sheet if format_ == "html" else markdown_sheet
    made = f"Made on {datetime.now(UTC):%Y-%m-%d} by version {program_version()} of the program."
    return render(outputs.registration, apps, made, seen, outputs.commands)


def _as_json(app: AppRegistration, seen: Mapping[str, Traffic]) -> dict[str, object]:
    traffic = seen.get(app.organization_id)
    return {**app.technical_tab(), "seen": traffic and traffic.as_json()}
