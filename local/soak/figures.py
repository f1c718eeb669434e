"""What a soak found, in figures."""

from collections import Counter
from dataclasses import dataclass, field
from math import ceil

from local.soak.model import Callback

NO_ANSWER = 0
"""The status of a callback that was not answered."""


@dataclass(frozen=True)
class Answer:
    """How a callback was answered."""

    callback: Callback
    status: int
    milliseconds: float


@dataclass
class Figures:
    """What was tried, what was answered, and what is wrong.

    Attributes:
        answers: every answer.
        faults: how often each fault was injected.
        seconds: how long it took.
        unexpected: answers that the model does not allow, described.
        not_made: callbacks that were not made because the time was up.
        lost: installations that should be in the table and are not, described.
        doubled: records that are there more than once, or that nothing accounts for, described.
        different: records that are not what the model says in some other way, described.
    """

    answers: list[Answer] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    seconds: float = 0
    unexpected: list[str] = field(default_factory=list)
    not_made: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """Everything that is wrong, a line each."""
        problems = [*self.unexpected, *self.lost, *self.doubled, *self.different]
        return problems + ([f"{self.not_made} callbacks were not made"] if self.not_made else [])

    def statuses(self, callback: Callback) -> dict[int, int]:
        """How often the callback was answered with each status."""
        counts = Counter(each.status for each in self.answers if each.callback is callback)
        return dict(sorted(counts.items()))

    def percentile(self, callback: Callback, percent: int) -> float:
        """Milliseconds within which that many in a hundred of the callback's answers came."""
        times = sorted(each.milliseconds for each in self.answers if each.callback is callback)
        return times[ceil(len(times) * percent / 100) - 1] if times else 0
