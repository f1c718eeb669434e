"""Problems in settings, and the error that lists all of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pulumi

from .names import placeholder


@dataclass(frozen=True)
class Problem:
    """One wrong setting.

    Attributes:
        key: path of the setting, such as `apps[0].organizationId`.
        what: what is wrong, as the rest of a sentence that starts with the key. It never contains
            the value, which may be a secret.
        to_set: arguments of `pulumi config set`, if a required value is missing.
    """

    key: str
    what: str
    to_set: str = ""

    def __str__(self) -> str:
        return f"{self.key} {self.what}."


class ConfigurationError(pulumi.RunError):
    """The settings are wrong: the message lists every problem.

    A `pulumi.RunError`, so that the CLI shows the message without a traceback.

    Args:
        problems: every problem.
        stack: the stack whose configuration has the settings.
    """

    def __init__(self, problems: Iterable[Problem], stack: str) -> None:
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = [f"The configuration of stack {stack} has {count}:"]
        for problem in self.problems:
            lines += ["", f"  {problem}"]
            if problem.to_set:
                lines.append(f"      pulumi config set --stack {stack} {problem.to_set}")
        super().__init__("\n".join(lines))


def to_set(key: str, *, secret: bool = False) -> str:
    """Return arguments that set a key. The CLI prompts for a secret, to keep it out of history."""
    name = re.sub(r"s?\[\d+\]$", "", key).rpartition(".")[2]
    return f"--secret --path '{key}'" if secret else f"--path '{key}' {placeholder(name)}"
