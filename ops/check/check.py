"""A check, and its result."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["passed", "failed", "warning", "unknown"]


class Finding(Exception):  # noqa: N818 (it ends a probe, and is not always an error)
    """A check did not find what it expected; the message says what it found."""

    outcome: Outcome

    def __init__(self, message: str, *commands: str) -> None:
        super().__init__(message)
        self.commands = commands


class Failed(Finding):
    """The deployment does not work."""

    outcome = "failed"


class Warned(Finding):
    """The deployment works, but BigCommerce's review will refuse the app."""

    outcome = "warning"


class Unknown(Finding):
    """Nothing shows whether it works."""

    outcome = "unknown"


@dataclass(frozen=True)
class Result:
    """The result of a check: what it found, and the commands that fix it."""

    name: str
    outcome: Outcome
    found: str
    commands: Sequence[str]
    seconds: float


Results = Mapping[str, Sequence[Result]]
"""The results by subject: the stack, or an app."""


@dataclass(frozen=True)
class Check:
    """Something to check: `probe` returns what it observed, or raises a Finding."""

    name: str
    probe: Callable[[], str]

    def run(self) -> Result:
        """Probe, and time it."""
        started = time.perf_counter()
        outcome: Outcome = "passed"
        commands: Sequence[str] = ()
        try:
            found = self.probe()
        except Finding as finding:
            outcome, found, commands = finding.outcome, str(finding), finding.commands
        return Result(self.name, outcome, found, commands, time.perf_counter() - started)
