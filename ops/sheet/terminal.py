"""The sheet in a terminal: what to enter for each app, or a table of where many apps stand."""

import io
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ops.outputs import Outputs
from ops.terminal import STATUS_STYLES, plain_console, print_whole
from portal.model import AppRegistration
from portal.sheet.commands import Commands
from portal.sheet.install_links import install_links
from portal.sheet.live import Live
from portal.sheet.overview import MOST_IN_FULL, status_summary
from portal.sheet.progress import next_step, number_of
from portal.sheet.review import app_warnings, scope_warning
from portal.sheet.text import one_line
from portal.traffic import Traffic


def print_sheet(
    outputs: Outputs, apps: Sequence[AppRegistration], console: Console, live: Live
) -> None:
    """Print what to enter in the portal for each of these apps, and what to do next.

    With more than MOST_IN_FULL apps, print where they stand.
    """
    commands = outputs.commands
    if len(apps) > MOST_IN_FULL:
        _print_overview(apps, commands, console)
        return
    links = install_links(outputs.registration)
    for app in apps:
        _print_app(app, links.get(app.organization_id), live, commands, console)
        console.print()
    console.print("Every step, as a page with copy buttons:")
    print_whole(f"  {commands.sheet_page}", console)


def table_text(outputs: Outputs, apps: Sequence[AppRegistration], live: Live) -> str:
    """The same as plain text."""
    file = io.StringIO()
    print_sheet(outputs, apps, plain_console(file=file), live)
    return file.getvalue()


def _print_overview(apps: Sequence[AppRegistration], commands: Commands, console: Console) -> None:
    table = Table("App", box=None, pad_edge=False)
    table.add_column("Organization ID", overflow="fold")
    table.add_column("Status")
    table.add_column("Next")
    for app in apps:
        step = next_step(app, commands).step
        table.add_row(
            Text(one_line(app.name)),
            app.organization_id,
            Text(app.status, STATUS_STYLES[app.status]),
            f"step {number_of(step, app)}: {step.title}",
        )
    console.print(table)
    console.print()
    console.print(f"{status_summary(apps)}. What to enter for one of them, and what is next:")
    print_whole(f"  {commands.sheet_of_an_app}", console)


def _print_app(
    app: AppRegistration,
    links: Mapping[str, str] | None,
    live: Live,
    commands: Commands,
    console: Console,
) -> None:
    console.print(
        Text.assemble(
            (one_line(app.name), "bold"),
            f"  {app.organization_id}  ",
            (app.status, STATUS_STYLES[app.status]),
        )
    )
    traffic = live.traffic.get(app.organization_id)
    _print_technical_tab(app, traffic, console)
    _print_scopes(app, traffic, console)
    if links is not None:
        _print_value("Install link", links["externalInstall"], "", console)
    for setting, warning in app_warnings(app).items():
        console.print(_warning(f"{setting}: {warning}"))
    if data_flow := live.data_flow(app.organization_id):
        print_whole(f"Rutter: {data_flow}; {commands.list_stores}", console)
    following = next_step(app, commands)
    number = number_of(following.step, app)
    console.print(Text.assemble((f"Next, step {number}: ", "bold"), following.what))
    for command in following.commands:
        print_whole(f"  {command}", console)


def _print_technical_tab(app: AppRegistration, traffic: Traffic | None, console: Console) -> None:
    for row in app.technical_tab_rows():
        if row.key is None:
            console.print(f"{row.label}: {row.value}")
        else:
            last_call = traffic.last_call(row.key) if traffic else ""
            _print_value(row.label, row.value, last_call, console)


def _print_scopes(app: AppRegistration, traffic: Traffic | None, console: Console) -> None:
    for group, scopes in app.scope_groups.items():
        console.print(Text(f"Scopes: {group}", "dim"))
        for scope in scopes:
            print_whole(f"  {scope}  ({scope.parameter})", console)
            if warning := scope_warning(scope.parameter):
                console.print(_warning(warning))
    if traffic is not None:
        style = "yellow" if traffic.wrong_scopes(app) else ""
        print_whole(Text(f"Scopes sent last: {traffic.last_scopes(app)}", style), console)


def _print_value(label: str, value: str, note: str, console: Console) -> None:
    """Print a value on its own line, so that it can be copied, below its label."""
    console.print(Text(f"{label}  {note}".rstrip(), "dim"))
    print_whole(f"  {value}", console)


def _warning(text: str) -> Text:
    return Text(f"! {text}", style="yellow")
