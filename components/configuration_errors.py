"""What is wrong with a stack's configuration: every problem at once, in one or two lines each."""

import difflib
import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True)
class Problem:
    """One wrong key.

    Attributes:
        key: its path, such as `apps[0].organizationId`.
        what: what is wrong with it, as the rest of a sentence that starts with the key.
        command: the command that sets it, if a required value is missing.
        meant: the path of the setting that was probably meant.
    """

    key: str
    what: str
    command: str = ""
    meant: str = ""

    def __str__(self) -> str:
        return f"{self.key} {self.what}{did_you_mean([self.meant] if self.meant else [])}."


class ConfigurationError(pulumi.RunError):
    """The configuration is wrong: the message lists every problem.

    A `pulumi.RunError`, so that the CLI shows the message without a traceback.

    Attributes:
        problems: those it lists.
    """

    def __init__(self, stack: str, problems: Iterable[Problem]) -> None:
        self.problems = _causes(list(problems))
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = [f"The configuration of stack {stack} has {count}; nothing was deployed."]
        for problem in self.problems:
            lines += ["", f"  {problem}"]
            if problem.command:
                lines.append(f"      {problem.command}")
        super().__init__("\n".join(lines))


def _causes(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """The problems, wrong names first, without the values that are missing because of those."""
    meant = [each.meant.rpartition(":")[2] for each in problems if each.meant]
    names = "|".join(map(re.escape, meant))
    causes = [
        each
        for each in problems
        if not (names and each.command and re.match(rf"({names})(?![\w-])", each.key))
    ]
    return tuple(sorted(causes, key=lambda each: not each.meant))


def set_command(key: str, value: str = "", *, secret: bool = False) -> str:
    """The command that sets a key; the CLI asks for a secret, so that no history keeps it."""
    name = re.sub(r"s?\[\d+\]$", "", key).rpartition(".")[2].rpartition(":")[2]
    rest = f"--secret --path '{key}'" if secret else f"--path '{key}' {value or placeholder(name)}"
    return f"pulumi config set --stack {pulumi.get_stack()} {rest}"


def did_you_mean(names: Sequence[str]) -> str:
    """The names that may have been meant, to be put after what is wrong; or nothing."""
    return f" (did you mean {' or '.join(names)}?)" if names else ""


def nearest_names(name: str, known: Collection[str], *, cutoff: float = 0.6) -> list[str]:
    """Up to three known names that look like an unknown one, the nearest first.

    `cutoff` is how alike they must be, from 0 to 1, whatever letters are capitals.
    """
    by_letters = {each.lower(): each for each in known}
    nearest = difflib.get_close_matches(name.lower(), by_letters, n=3, cutoff=cutoff)
    return [by_letters[each] for each in nearest]


def placeholder(name: str) -> str:
    """What stands for a setting's value in a command: CLIENT_ID for `clientId`."""
    return re.sub(r"([A-Z])", r"_\1", name).upper()


def path_text(path: Sequence[int | str]) -> str:
    """A path as the Pulumi CLI reads it: a name with other characters stands in brackets."""
    plain = [isinstance(part, str) and re.fullmatch(r"[\w-]+", part) for part in path]
    parts = zip(path, plain, strict=True)
    return "".join(f".{p}" if named else f"[{json.dumps(p)}]" for p, named in parts).lstrip(".")
