"""Everything that is wrong with settings: all problems at once, in one or two lines each."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pulumi

from .names import did_you_mean, placeholder


@dataclass(frozen=True)
class Problem:
    """One wrong setting.

    Attributes:
        key: its path, such as `apps[0].organizationId`.
        what: what is wrong, as the rest of a sentence that starts with the key.
        to_set: the arguments of `pulumi config set`, if a required value is missing.
        meant: the path of the setting that was probably meant.
    """

    key: str
    what: str
    to_set: str = ""
    meant: str = ""

    def __str__(self) -> str:
        return f"{self.key} {self.what}{did_you_mean([self.meant] if self.meant else [])}."


class ConfigurationError(pulumi.RunError):
    """The settings are wrong: the message lists every problem.

    A `pulumi.RunError`, so that the CLI shows the message without a traceback.

    Args:
        problems: what is wrong.
        stack: the stack whose configuration has the settings; None for settings from elsewhere,
            which no command sets.
    """

    def __init__(self, problems: Iterable[Problem], stack: str | None = None) -> None:
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        where = f"The configuration of stack {stack} has" if stack else "The settings have"
        lines = [f"{where} {count}; nothing was deployed."]
        for problem in self.problems:
            lines += ["", f"  {problem}"]
            if problem.to_set and stack:
                lines.append(f"      {set_command(problem.to_set, stack)}")
        super().__init__("\n".join(lines))


def to_set(key: str, value: str = "", *, secret: bool = False) -> str:
    """Return the arguments that set a key; the CLI asks for a secret, so no history keeps it."""
    name = re.sub(r"s?\[\d+\]$", "", key).rpartition(".")[2].rpartition(":")[2]
    return f"--secret --path '{key}'" if secret else f"--path '{key}' {value or placeholder(name)}"


def set_command(arguments: str, stack: str) -> str:
    """Return the command for the arguments of `to_set`."""
    return f"pulumi config set --stack {stack} {arguments}"
