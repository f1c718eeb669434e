"""What a soak found, in figures."""

from collections import Counter
from dataclasses import dataclass, field
from math import ceil

from rich.console import Console
from rich.table import Table

from tests.reliability.model import Callback
from tests.reliability.plan import FAULTS, Plan
from tests.reliability.records import Kind, Problem

NO_ANSWER = 0
"""The status of a callback that was not answered."""
_PROBLEMS_SHOWN = 20


@dataclass(frozen=True)
class Response:
    """How a callback was answered."""

    callback: Callback
    status: int
    milliseconds: float


@dataclass
class Figures:
    """What was tried, what was answered, and what is wrong.

    Attributes:
        answers: every answer.
        specials: how often each thing happened that is not plain.
        problems: everything that is wrong.
        seconds: how long it took.
    """

    answers: list[Response] = field(default_factory=list)
    specials: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    seconds: float = 0

    def show(self, plan: Plan, console: Console) -> None:
        """Print answers and times, what was not plain, then everything that is wrong."""
        faults = sum(self.specials[fault] for fault in FAULTS)
        console.print(
            f"\n{len(self.answers):,} callbacks, {plan.stores} stores, {plan.at_once} at a time, "
            f"{faults} faults, {self.seconds:.0f} s",
            style="bold",
        )
        console.print(self._answers())
        for special, count in sorted(self.specials.items()):
            console.print(f"{count:>5} x {special}")
        for problem in self.problems[:_PROBLEMS_SHOWN]:
            console.print(f"  ✗ {problem.what}", markup=False, soft_wrap=True)
        if (more := len(self.problems) - _PROBLEMS_SHOWN) > 0:
            console.print(f"  … and {more} more")
        counts = Counter(problem.kind for problem in self.problems)
        console.print("\n" + ", ".join(f"{kind}: {counts[kind]}" for kind in Kind), soft_wrap=True)

    def _answers(self) -> Table:
        table = Table("callback", "answers by status", box=None)
        table.add_column("p50 ms", justify="right")
        table.add_column("p99 ms", justify="right")
        for callback in Callback:
            answers = [each for each in self.answers if each.callback is callback]
            statuses = sorted(Counter(each.status for each in answers).items())
            times = sorted(each.milliseconds for each in answers)
            table.add_row(
                callback,
                ", ".join(f"{count} x {status}" for status, count in statuses),
                *(_percentile(times, percent) for percent in (50, 99)),
            )
        return table


def _percentile(times: list[float], percent: int) -> str:
    return f"{times[ceil(len(times) * percent / 100) - 1]:,.0f}" if times else ""
