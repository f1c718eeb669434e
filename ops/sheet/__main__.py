"""The command to read a stack's registration and to check it against reality."""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from inspect import getdoc
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ops.choice import chosen_apps
from ops.command_line import Command, CommandLine
from ops.errors import CommandError
from ops.outputs import Outputs, OutputsError
from ops.sheet.terminal import print_registration, print_whole, table_text
from ops.version import program_version
from portal.model import AppRegistration
from portal.sheet.live import NOTHING_KNOWN, Live
from portal.sheet.overview import MOST_IN_FULL
from portal.sheet.text import one_line

_DESCRIPTION = "Read how to register a stack's apps with BigCommerce, and check that they work."
_EXAMPLES = """\
what to enter in BigCommerce's developer portal, in this terminal:
  python -m registration --stack dev
the whole guide with this stack's values, as a page with copy buttons:
  python -m registration show --stack dev --format html --output registration.html
the same for one app of many:
  python -m registration show --stack dev --app ORGANIZATION_ID --format html --output app.html
in a GitHub Actions job, as its summary:
  python -m registration show --stack dev --format markdown >> "$GITHUB_STEP_SUMMARY"
whether the deployed callbacks answer as BigCommerce expects (exit status 0 or 1):
  python -m registration check --stack dev --junit check.xml
before BigCommerce's review, with a report to attach:
  python -m registration check --stack dev --review review.md
without the Pulumi CLI, from its outputs elsewhere:
  pulumi stack output --json --stack dev | python -m registration
"""


def show(outputs: Outputs, options: argparse.Namespace) -> int:
    """Show what to enter in the developer portal, and what is next.

    The table is for terminals; html and markdown are the whole guide; json is the stack output
    technicalTab, with what was seen of each app, and how many of its stores' connections at Rutter
    are in each state. Of more than ten apps, table and markdown say where each of them stands:
    choose one with --app.

    When BigCommerce last called each URL, and the scopes that it sent last, are read from the
    functions' logs with your own AWS credentials, the states of the connections at Rutter from the
    table. Where they cannot be, a line on standard error says why, and the rest is shown; --offline
    does not try.
    """
    apps = chosen_apps(outputs, options.app)
    live = NOTHING_KNOWN if options.offline else _live(outputs, apps)
    if options.format == "table" and options.output is None:
        print_registration(outputs, apps, _console(), live)
        return 0
    if options.format == "table":
        text = table_text(outputs, apps, live)
    else:
        text = _rendered(outputs, apps, options.format, live)
    if options.output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        _write(options.output, text)
    return 0


def check(outputs: Outputs, options: argparse.Namespace) -> int:
    """Call the deployed callbacks as BigCommerce would, without side effects.

    A signed load and uninstall of a store that cannot exist prove that the functions have the right
    credentials; the client secret is read from Secrets Manager with your own AWS credentials.
    What a deployment of just now may not have taken into effect is asked again, for --wait seconds
    in all. Exit status: 0 when every app is ready or, without --review, awaits registration; 1 when
    something is wrong, 2 when nothing could be checked.
    """
    # What calls AWS takes long to import, and showing needs none of it.
    from ops.check.junit import junit_xml  # noqa: PLC0415
    from ops.check.report import check_deployment, check_review  # noqa: PLC0415
    from ops.check.results_json import results_json  # noqa: PLC0415
    from ops.check.review_report import review_report  # noqa: PLC0415

    apps = chosen_apps(outputs, options.app)
    for path in (options.junit, options.review):
        if path is not None:
            _require_writable(path)
    console = Console(highlight=False, emoji=False, stderr=options.format == "json")
    results = check_deployment(outputs, apps, console, options.wait)
    if options.review is not None:
        results |= check_review(outputs, apps, console)
        report = review_report(outputs.registration.stack, results, apps, _made())
        _write(options.review, report)
        print_whole(Text(f"Report with what is left to a person: {options.review}"), console)
    if options.format == "json":
        sys.stdout.write(results_json(results))
    if options.junit is not None:
        _write(options.junit, junit_xml(results))
    failed = any(result.failure for checked in results.values() for result in checked)
    return 1 if failed else 0


def _live(outputs: Outputs, apps: Sequence[AppRegistration]) -> Live:
    """What these apps' deployment tells now; of many, nothing is asked for."""
    if len(apps) > MOST_IN_FULL or not any(app.client_id for app in apps):
        return NOTHING_KNOWN
    try:
        outputs.text("installationsTableArn")
        from ops.asking import ask  # noqa: PLC0415 (what calls AWS takes long to import

        live, unknown = ask(outputs, apps)
    except OutputsError as error:
        live, unknown = NOTHING_KNOWN, str(error)
    if unknown is not None:
        what = "whether data syncs with Rutter" if live.traffic else "what BigCommerce has called"
        sys.stderr.write(f"It is not known {what}: {one_line(unknown)}\n")
    return live


def _rendered(
    outputs: Outputs,
    apps: Sequence[AppRegistration],
    format_: str,
    live: Live,
) -> str:
    """The registration of these apps as a document."""
    if format_ == "json":
        tabs = {app.organization_id: _with_live(app, live) for app in apps}
        return json.dumps(tabs, indent=2) + "\n"
    from portal.sheet.documents import html_sheet, markdown_sheet  # noqa: PLC0415 (not for the table

    return {"html": html_sheet, "markdown": markdown_sheet}[format_](
        outputs.registration, apps, _made(), live, outputs.given
    )


def _with_live(app: AppRegistration, live: Live) -> dict[str, object]:
    traffic = live.traffic.get(app.organization_id)
    return {
        **app.technical_tab(),
        "seen": traffic and traffic.as_json(app),
        "connections": live.connections.get(app.organization_id),
    }


def _made() -> str:
    """When and by what a document is made."""
    return f"Made on {datetime.now(UTC):%Y-%m-%d} by version {program_version()} of the program."


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from None


def _require_writable(path: Path) -> None:
    """Fail before anything is called, not after it."""
    try:
        path.open("a", encoding="utf-8").close()
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from None


def _console() -> Console:
    return Console(highlight=False, emoji=False)


def _add_app(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--app",
        action="append",
        default=[],
        metavar="ORGANIZATION_ID",
        help="only this app; may be given several times",
    )


def _add_show_arguments(parser: argparse.ArgumentParser) -> None:
    _add_app(parser)
    parser.add_argument(
        "--format",
        choices=("table", "html", "markdown", "json"),
        default="table",
        help="what to show it as (default: table)",
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write it to a file, not to standard output"
    )
    parser.add_argument(
        "--offline", action="store_true", help="show the outputs alone, and ask AWS for nothing"
    )


def _seconds(text: str) -> float:
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds, such as 0 or 90")
    return float(text)


def _add_check_arguments(parser: argparse.ArgumentParser) -> None:
    _add_app(parser)
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="what to print the results as; with json, progress goes to standard error",
    )
    parser.add_argument(
        "--wait",
        type=_seconds,
        default=60,
        metavar="SECONDS",
        help="how long to ask again what may not have taken effect yet (default: 60)",
    )
    parser.add_argument(
        "--review",
        type=Path,
        nargs="?",
        const=Path("review.md"),
        metavar="FILE",
        help="go through BigCommerce's points of approval too, and write a report with what is "
        "left to a person (Markdown; default: review.md)",
    )
    parser.add_argument(
        "--junit", type=Path, metavar="FILE", help="write the results as JUnit XML too"
    )


main = CommandLine(
    package="registration",
    description=_DESCRIPTION,
    examples=_EXAMPLES,
    commands={
        "show": Command(show, _add_show_arguments, getdoc(show) or ""),
        "check": Command(check, _add_check_arguments, getdoc(check) or ""),
    },
).main


if __name__ == "__main__":
    sys.exit(main())
