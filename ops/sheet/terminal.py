"""The registration in a terminal: for each app a table, whole so that its URLs can be copied.

Of many apps it is one table of where they stand.
"""

import io
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from ops.outputs import Outputs
from ops.traffic.seen import Traffic
from portal.fields import CALLBACK_FIELDS
from portal.model import AppRegistration
from portal.sheet.commands import Commands
from portal.sheet.install_links import install_links
from portal.sheet.live import Live
from portal.sheet.overview import MOST_IN_FULL, status_summary
from portal.sheet.progress import app_steps, next_step
from portal.sheet.review import app_warnings, scope_warning
from portal.sheet.text import one_line

STATUS_STYLES = {"ready": "green", "awaiting-urls": "yellow", "awaiting-registration": "yellow"}


def print_registration(
    outputs: Outputs, apps: Sequence[AppRegistration], console: Console, live: Live
) -> None:
    """Print what to enter in the portal for each of these apps of the stack, and what is next.

    `live` is what their deployment tells now.
    Of more than MOST_IN_FULL apps, print where they stand.
    """
    commands = outputs.commands
    if len(apps) > MOST_IN_FULL:
        _print_overview(apps, commands, console)
        return
    links = install_links(outputs.registration)
    for position, app in enumerate(apps):
        if position:
            console.print()
        id_ = app.organization_id
        _print_app(app, links.get(id_), live, commands, console)
    console.print()
    console.print("Every step, as a page with copy buttons:")
    print_whole(Text(f"  {commands.show_page}"), console)


def table_text(outputs: Outputs, apps: Sequence[AppRegistration], live: Live) -> str:
    """The same as plain text."""
    console = Console(file=io.StringIO(), highlight=False, emoji=False)
    with console.capture() as capture:
        print_registration(outputs, apps, console, live)
    return capture.get()


def print_whole(line: Text, console: Console) -> None:
    """Print a line that is to be copied: the terminal wraps it if it must, and it stays one."""
    console.print(line, soft_wrap=True)


def _print_overview(apps: Sequence[AppRegistration], commands: Commands, console: Console) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("App", "Organization ID", "Status", "Next"):
        table.add_column(heading, no_wrap=True)
    for app in apps:
        step = next_step(app, commands).step
        table.add_row(
            Text(one_line(app.name)),
            app.organization_id,
            Text(app.status, STATUS_STYLES[app.status]),
            f"step {app_steps(app)[step]}: {step.title}",
        )
    _print_table(table, console)
    console.print()
    console.print(f"{status_summary(apps)}. What to enter for one of them, and what is next:")
    print_whole(Text(f"  {commands.show_app}"), console)


def _print_app(
    app: AppRegistration,
    links: Mapping[str, str] | None,
    live: Live,
    commands: Commands,
    console: Console,
) -> None:
    title = Text.assemble(
        (one_line(app.name), "bold"),
        f"  {app.organization_id}  ",
        (app.status, STATUS_STYLES[app.status]),
    )
    console.print(title)
    _print_table(_table(app, links, live.traffic.get(app.organization_id)), console)
    for warning in app_warnings(app):
        console.print(_warning(warning))
    if data_flow := live.data_flow(app.organization_id):
        print_whole(Text(f"Rutter: {data_flow}; {commands.list_stores}"), console)
    following = next_step(app, commands)
    number = app_steps(app)[following.step]
    console.print(Text.assemble((f"Next, step {number}: ", "bold"), following.what))
    for command in following.commands:
        print_whole(Text(f"  {command}"), console)


def _print_table(table: Table, console: Console) -> None:
    boundless = console.options.update(max_width=10_000)
    visible = console.width
    console.width = max(visible, Measurement.get(console, boundless, table).maximum)
    console.print(table, soft_wrap=True)
    console.width = visible


def _table(app: AppRegistration, links: Mapping[str, str] | None, traffic: Traffic | None) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    calls = {field.label: [traffic.last_call(field.key)] for field in CALLBACK_FIELDS if traffic}
    for label, value in _rows(app, links, traffic):
        table.add_row(label, value, *calls.get(label, []))
    return table


def _rows(
    app: AppRegistration, links: Mapping[str, str] | None, traffic: Traffic | None
) -> list[tuple[str, Text]]:
    rows = [(row.label, Text(row.value)) for row in app.technical_tab_rows()]
    for group, scopes in app.scope_groups.items():
        label = f"Scopes: {group}"
        for scope in scopes:
            rows.append((label, Text(f"{scope}  ({scope.parameter})")))
            label = ""
            if warning := scope_warning(scope.parameter):
                rows.append(("", _warning(warning)))
    if traffic is not None:
        wrong = traffic.wrong_scopes(app) is not None
        rows.append(("Scopes sent last", Text(traffic.last_scopes(app), "yellow" if wrong else "")))
    if links is not None:
        rows.append(("Install link", Text(links["externalInstall"])))
    return rows


def _warning(text: str) -> Text:
    return Text(f"! {text}", style="yellow")
