"""Print the check's progress, a line for each result, and a verdict for each app."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from ops.aws_errors import aws_errors_explained
from ops.aws_session import session
from ops.check.check import Check, Outcome, Result, Results
from ops.check.checks import Checks
from ops.check.retry_budget import RetryBudget
from ops.network import require_network
from ops.outputs import Outputs
from ops.terminal import STATUS_STYLES, print_whole
from portal.model import AppRegistration
from portal.sheet.progress import next_step
from portal.sheet.text import one_line

_MARKS: dict[Outcome, tuple[str, str]] = {
    "passed": ("✓", "green"),
    "failed": ("✗", "red"),
    "warning": ("!", "yellow"),
    "unknown": ("?", "yellow"),
}


def check_deployment(
    outputs: Outputs, apps: Sequence[AppRegistration], console: Console, wait_seconds: float
) -> Results:
    """Check the stack and these apps, print each result, and return the results.

    Calls that a fresh deployment may not answer yet are retried for `wait_seconds` in all.

    Raises:
        CommandError: nothing can be checked, because of this machine or its AWS credentials.
    """
    require_network(outputs.registration)
    if any(app.client_id for app in apps):
        with aws_errors_explained():
            session(outputs)
    budget = RetryBudget(
        wait_seconds, lambda words: print_whole(Text(f"  {words}", style="dim"), console)
    )
    checks = Checks(outputs, budget)
    stack = f"stack {outputs.registration.stack}"
    results = {stack: _run(stack, checks.of_stack(), console)}
    for app in apps:
        subject = f"{one_line(app.name)} ({app.organization_id})"
        results[subject] = _run(subject, checks.of_app(app), console)
        failed = sum(result.outcome == "failed" for result in results[subject])
        if failed:
            print_whole(Text(f"  {failed} failed", style="bold red"), console)
            continue
        style = STATUS_STYLES[app.status]
        print_whole(Text(f"  {app.status.replace('-', ' ')}", style=style), console)
        if app.status == "awaiting-registration":
            print_whole(f"  Next: {next_step(app, outputs.commands).what}", console)
    return results


def _run(subject: str, checks: Iterable[Check], console: Console) -> list[Result]:
    print_whole(Text(subject, style="bold"), console)
    results = []
    for check in checks:
        with console.status(Text(check.name)):
            result = check.run()
        mark = _MARKS[result.outcome]
        line = Text.assemble("  ", mark, f" {result.name}: {one_line(result.found)}")
        print_whole(line, console)
        for command in result.commands:
            print_whole(f"      {command}", console)
        results.append(result)
    return results
