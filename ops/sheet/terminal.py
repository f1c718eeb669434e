"""Print the sheet in a terminal: what to enter for each app, or the statuses of many apps."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ops.outputs import Outputs
from ops.terminal import STATUS_STYLES, print_whole
from portal.model import AppRegistration
from portal.sheet.commands import Commands
from portal.sheet.install_links import install_links
from portal.sheet.overview import MOST_IN_FULL, status_summary
from portal.sheet.progress import next_step, step_number
from portal.sheet.text import one_line
from portal.traffic import Traffic


def print_sheet(
    outputs: Outputs,
    apps: Sequence[AppRegistration],
    console: Console,
    traffic: Mapping[str, Traffic],
) -> None:
    """Print what to enter in the portal for each of these apps, and what to do next.

    With more than MOST_IN_FULL apps, print their statuses.
    """
    commands = outputs.commands
    if len(apps) > MOST_IN_FULL:
        _print_overview(apps, commands, console)
        return
    links = install_links(outputs.registration)
    for app in apps:
        id_ = app.organization_id
        _print_app(app, links.get(id_), traffic.get(id_), commands, console)
        console.print()
    console.print("Every step, as a page with copy buttons:")
    print_whole(f"  {commands.sheet_page}", console)


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
            f"step {step_number(step, app)}: {step.title}",
        )
    console.print(table)
    console.print()
    console.print(f"{status_summary(apps)}. To see what to enter for one of them:")
    print_whole(f"  {commands.sheet_of_an_app}", console)


def _print_app(
    app: AppRegistration,
    links: Mapping[str, str] | None,
    traffic: Traffic | None,
    commands: Commands,
    console: Console,
) -> None:
    name = (one_line(app.name), "bold")
    status = (app.status, STATUS_STYLES[app.status])
    console.print(Text.assemble(name, f"  {app.organization_id}  ", status))
    for row in app.technical_tab_rows():
        if row.key is None:
            console.print(f"{row.label}: {row.value}")
        else:
            _print_value(row.label, row.value, console)
    for group, scopes in app.scope_groups.items():
        console.print(Text(f"Scopes: {group}", "dim"))
        for scope in scopes:
            print_whole(f"  {scope}  ({scope.parameter})", console)
    if app.rutter_webhook_url:
        _print_value("Webhook URL, in Rutter's dashboard", app.rutter_webhook_url, console)
    if links is not None:
        _print_value("Install link", links["externalInstall"], console)
    if traffic:
        print_whole(traffic.calls_line, console)
        style = "yellow" if traffic.scopes_match is False else ""
        print_whole(Text(traffic.scopes_line, style), console)
    following = next_step(app, commands)
    number = step_number(following.step, app)
    console.print(Text.assemble((f"Next, step {number}: ", "bold"), following.what))
    for command in following.commands:
        print_whole(f"  {command}", console)


def _print_value(label: str, value: str, console: Console) -> None:
    """Print a value on its own line, so that it can be copied, below its label."""
    console.print(Text(label, "dim"))
    print_whole(f"  {value}", console)
