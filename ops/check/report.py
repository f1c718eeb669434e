"""What the check prints: progress while it runs, a line for each check, a verdict for each app."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from ops.check.checks import NOT_KNOWN, Check, Checks, Result
from ops.check.network import require_network
from ops.check.retry_budget import RetryBudget
from ops.check.review import ReviewChecks
from ops.outputs import Outputs
from ops.sheet.terminal import STATUS_STYLES, print_whole
from portal.model import AppRegistration
from portal.sheet.commands import Commands
from portal.sheet.progress import next_step
from portal.sheet.text import one_line


def check_deployment(
    outputs: Outputs, apps: Sequence[AppRegistration], console: Console, wait_seconds: float
) -> dict[str, list[Result]]:
    """Check the stack and these of its apps, print what is found, and give it by subject.

    What may not have taken effect yet is asked again for `wait_seconds` in all.

    Raises:
        CommandError: this machine has no network, or its clock is wrong.
    """
    require_network(outputs.registration)
    report = _Report(console)
    checks = Checks(outputs, RetryBudget(wait_seconds, report.note))
    commands = outputs.commands
    stack = f"stack {outputs.registration.stack}"
    results = {stack: report.run(stack, checks.of_stack())}
    for app in apps:
        subject = f"{one_line(app.name)} ({app.organization_id})"
        results[subject] = report.run(subject, checks.of_app(app))
        report.verdict(app, results[subject], commands)
    return results


def check_review(
    outputs: Outputs, apps: Sequence[AppRegistration], console: Console
) -> dict[str, list[Result]]:
    """Go through the points of BigCommerce's review, as `check_deployment` through its checks."""
    checks, report = ReviewChecks(outputs), _Report(console)
    subjects = {f"{one_line(app.name)} ({app.organization_id}), review": app for app in apps}
    return {subject: report.run(subject, checks.of_app(app)) for subject, app in subjects.items()}


class _Report:
    """Prints to a terminal, and plainly to anything else."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said: list[str] = []

    def run(self, subject: str, checks: Iterable[Check]) -> list[Result]:
        self._say(Text(subject, style="bold"))
        results = []
        for check in checks:
            with self._console.status(Text(check.name)):
                result = check.run()
            self._result(result)
            results.append(result)
        return results

    def verdict(self, app: AppRegistration, results: Iterable[Result], commands: Commands) -> None:
        problems = sum(result.failure is not None for result in results)
        if problems:
            self._say(Text(f"  not as it should be: {problems} failed", style="bold red"))
        else:
            self._say(Text(f"  {app.status.replace('-', ' ')}", style=STATUS_STYLES[app.status]))
        if app.status == "awaiting-registration" and not problems:
            self._say(Text(f"  Next: {next_step(app, commands).what}"))

    def note(self, words: str) -> None:
        self._say(Text(f"  {words}", style="dim"))

    def _result(self, result: Result) -> None:
        milliseconds = f"{result.seconds * 1000:6.0f} ms"
        if result.failure is None:
            mark, color = ("✓", "green") if result.passed else ("?", "yellow")
            self._line(mark, color, result.name, f"{milliseconds}  {self._once(result.observed)}")
            return
        self._line("✗", "red", result.name, milliseconds)
        failure = one_line(str(result.failure))
        self._said.append(failure)
        for line in (failure, *result.failure.commands):
            self._say(Text(f"      {line}"))

    def _once(self, observed: str) -> str:
        """What was observed, but a reason why it is not known only where it is not printed yet."""
        reason = observed.removeprefix(NOT_KNOWN)
        if reason != observed and any(reason in said for said in self._said):
            return "not known, for the reason above"
        self._said.append(observed)
        return observed

    def _line(self, mark: str, color: str, name: str, rest: str) -> None:
        self._say(Text.assemble("  ", (mark, color), f" {name:<52} {rest}"))

    def _say(self, line: Text) -> None:
        print_whole(line, self._console)
