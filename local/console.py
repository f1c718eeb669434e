"""What the local commands print: progress while it works, and outputs that can be copied."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from textwrap import indent

from rich.console import Console
from rich.status import Status
from rich.text import Text

from local.bigcommerce import App
from local.engine import Deployment, Event, LogEvent
from local.walk import PlannedStep, Step, StepFailedError

_MARKS = {"create": "+", "update": "~", "delete": "-"}
# Printed on its own, as the document it is; the others say the same for machines and web pages.
_SHEET = "readme"
_NOT_LISTED = {_SHEET, "registration"}


class Report:
    """Prints to a terminal, and plainly to anything else."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, emoji=False)
        self._status: Status | None = None

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Show that this is going on until the block ends."""
        with self._console.status(what) as self._status:
            if not self._console.is_terminal:
                self.say(f"{what} …")
            yield
        self._status = None

    def say(self, line: str = "") -> None:
        """Print a line as it is: not wrapped, so that a URL can be copied."""
        self._console.print(line, markup=False, soft_wrap=True)

    def event(self, event: Event) -> None:
        """Show what a deployment does: each change as a line, the rest in passing."""
        if isinstance(event, LogEvent):
            self.say(f"  {event.severity}: {event.text}")
        elif event.operation in _MARKS:
            self.say(f"  {_MARKS[event.operation]} {event.type} {event.name}")
        elif self._status is not None:
            self._status.update(f"{event.type} {event.name}")

    def deployed(self, deployment: Deployment) -> None:
        """Sum a deployment up."""
        counts = f"{deployment.created} created, {deployment.updated} updated"
        counts += f", {deployment.deleted} deleted, {deployment.same} unchanged"
        self.say(f"  {counts}, {deployment.seconds:.1f} s")

    def outputs(self, deployment: Deployment) -> None:
        """Print the stack outputs as `pulumi stack output` does, then the registration sheet."""
        self._heading("Stack outputs")
        shown = {
            name: "[secret]" if name in deployment.secret_outputs else value
            for name, value in deployment.outputs.items()
            if name not in _NOT_LISTED
        }
        width = max(map(len, shown))
        for name, value in shown.items():
            if isinstance(value, str):
                self.say(f"  {name:<{width}}  {value}")
            else:
                self.say(f"  {name}")
                self.say(indent(json.dumps(value, indent=2), "    "))
        self._heading("Registration sheet (on AWS you would follow it now; here the walk does)")
        self.say(deployment.outputs[_SHEET])

    def callback_urls(self, apps: Sequence[App]) -> None:
        """Print the URLs that stand in the portal."""
        for app in apps:
            self._heading(f"Callback URLs of {app.name}")
            urls = app.callback_urls
            for url in (urls.auth, urls.load, urls.uninstall, urls.remove_user):
                self.say(f"  {url}")

    def walk(self, steps: Iterator[PlannedStep]) -> bool:
        """Take the steps, a line each; whether all of them held."""
        self._heading("The life of an installation, over HTTP through the deployed API")
        for planned in steps:
            try:
                with self._console.status(planned.name):
                    step = planned.timed()
            except StepFailedError as error:
                self._line("✗", "red", planned.name, "failed")
                self.say(f"\n{planned.name}: {error}")
                return False
            self._step(step)
        return True

    def _step(self, step: Step) -> None:
        self._line("✓", "green", step.name, f"{step.outcome:<10} {step.milliseconds:7.0f} ms")

    def _line(self, mark: str, color: str, name: str, rest: str) -> None:
        line = Text.assemble("  ", (mark, color), f" {name:<34} ", rest)
        self._console.print(line, soft_wrap=True)

    def _heading(self, text: str) -> None:
        self._console.print()
        self._console.print(Text(text, style="bold"))
