"""What the check prints: progress while it runs, a line for each check, a verdict for each app."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from ops.check.check import Check, Outcome, Result, Results
from ops.check.checks import NOT_KNOWN, Checks
from ops.check.retry_budget import RetryBudget
from ops.network import require_network
from ops.outputs import Outputs
from ops.terminal import STATUS_STYLES, print_whole
from portal.model import AppRegistration
from portal.sheet.commands import Commands
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

    What a fresh deployment may not serve yet is retried for `wait_seconds` in all.

    Raises:
        CommandError: this machine has no network, or its clock is wrong.
    """
    require_network(outputs.registration)
    report = _Report(console)
    checks = Checks(outputs, RetryBudget(wait_seconds, report.note))
    stack = f"stack {outputs.registration.stack}"
    results = {stack: report.run(stack, checks.of_stack())}
    for app in apps:
        subject = f"{one_line(app.name)} ({app.organization_id})"
        results[subject] = report.run(subject, checks.of_app(app))
        report.verdict(app, results[subject], outputs.commands)
    return results


class _Report:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._printed: list[str] = []

    def run(self, subject: str, checks: Iterable[Check]) -> list[Result]:
        self._print(Text(subject, style="bold"))
        results = []
        for check in checks:
            with self._console.status(Text(check.name)):
                result = check.run()
            self._print_result(result)
            results.append(result)
        return results

    def verdict(self, app: AppRegistration, results: Iterable[Result], commands: Commands) -> None:
        failed = sum(result.outcome == "failed" for result in results)
        if failed:
            self._print(Text(f"  {failed} failed", style="bold red"))
        else:
            self._print(Text(f"  {app.status.replace('-', ' ')}", style=STATUS_STYLES[app.status]))
        if app.status == "awaiting-registration" and not failed:
            self._print(Text(f"  Next: {next_step(app, commands).what}"))

    def note(self, words: str) -> None:
        self._print(Text(f"  {words}", style="dim"))

    def _print_result(self, result: Result) -> None:
        found = one_line(result.found)
        reason = found.removeprefix(NOT_KNOWN)
        if reason != found and any(reason in printed for printed in self._printed):
            found = "not known, for the reason above"
        self._printed.append(found)
        self._print(Text.assemble("  ", _MARKS[result.outcome], f" {result.name}: {found}"))
        for command in result.commands:
            self._print(Text(f"      {command}"))

    def _print(self, line: Text) -> None:
        print_whole(line, self._console)
