"""The output of the local commands: progress, and values that you can copy."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.status import Status
from rich.text import Text

from local.engine import Deployment, Event, LogEvent
from local.loopback_http import UnreachableError
from local.outputs_file import shell_command, shown_path
from local.walk import Step, StepFailedError

# The sheet is a document. A command shows it.
_SHEET = "readme"


class Report:
    """Prints to a terminal, and plainly to anything else."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, emoji=False)
        self._status: Status | None = None
        self._done: Counter[str] = Counter()

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Show this text until the block ends."""
        with self._console.status(what) as self._status:
            if not self._console.is_terminal:
                self.say(f"{what} …")
            yield
        self._status = None

    def say(self, line: str = "") -> None:
        """Print a line without wrapping it, so that a URL can be copied."""
        self._console.print(line, markup=False, soft_wrap=True)

    def event(self, event: Event) -> None:
        """Show an event of a deployment: a log message as a line, a resource as status."""
        if isinstance(event, LogEvent):
            self.say(f"  {event.severity}: {event.text}")
        elif self._status is not None:
            self._done[_service(event.type)] += 1
            self._status.update(
                f"{self._done.total()} resources, the latest: {event.type} {event.name}"
            )

    def deployed(self, deployment: Deployment) -> None:
        """Summarize the first deployment."""
        services = ", ".join(f"{name} {count}" for name, count in sorted(self._done.items()))
        created = f"{len(deployment.changes)} resources created in {deployment.seconds:.1f} s"
        self.say(f"  {created}: {services}")

    def outputs(self, outputs: Mapping[str, Any], file: Path) -> None:
        """Print the outputs that fit on a line, and the file that has all of them."""
        self._heading("Stack outputs")
        others = [name for name, value in outputs.items() if not isinstance(value, str)]
        lines = {name: outputs[name] for name in outputs if name not in (*others, _SHEET)}
        width = max(map(len, lines))
        for name, value in lines.items():
            self.say(f"  {name:<{width}}  {value}")
        self.say(f"  All of them, with {', '.join(others)}:\n    {shown_path(file)}")
        self._heading("Registration sheet (on AWS, you follow it now)")
        sheet = ("sheet", "--offline", "--format", "markdown")
        self.say(f"  {shell_command(file, *sheet)}")

    def walk(self, steps: Iterator[Step]) -> bool:
        """Run the steps and print a line for each; return whether all succeeded."""
        self._heading("Install lifecycle, over HTTP through the deployed API")
        for step in steps:
            started = time.perf_counter()
            try:
                with self._console.status(step.name):
                    outcome = step.take()
            except (StepFailedError, UnreachableError) as error:
                self._line("✗", "red", step.name, "failed")
                self.say(f"\n{step.name}: {error}")
                return False
            milliseconds = (time.perf_counter() - started) * 1000
            self._line("✓", "green", step.name, f"{outcome:<12} {milliseconds:7.0f} ms")
        return True

    def _line(self, mark: str, color: str, name: str, rest: str) -> None:
        line = Text.assemble("  ", (mark, color), f" {name:<34} ", rest)
        self._console.print(line, soft_wrap=True)

    def _heading(self, text: str) -> None:
        self._console.print()
        self._console.print(Text(text, style="bold"))


def _service(type_: str) -> str:
    """Return the AWS service of a type: `lambda` of `aws:lambda/function:Function`."""
    return type_.split(":")[1].partition("/")[0]
