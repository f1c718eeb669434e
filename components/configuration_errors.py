"""What is wrong with a stack's configuration, and the remedy of each problem.

A remedy removes no more than the mistake: a misspelled key keeps its value, and a value in a wrong
shape keeps what is in it.
"""

import difflib
import re
import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pulumi

# A good value of each key; those without one are shown as a placeholder in capitals.
_EXAMPLES = {
    "appUrl": "https://app.example.com",
    "burst": "100",
    "certificateArn": "arn:aws:acm:REGION:ACCOUNT:certificate/ID",
    "emails": "oncall@example.com",
    "events": "false",
    "frameAncestors": "https://*.mybigcommerce.com",
    "httpsEndpoints": "https://events.example.com/alarms",
    "keepDefaultEndpoint": "true",
    "loginUrl": "https://login.bigcommerce.com",
    "logRetentionDays": "30",
    "memorySize": "512",
    "multipleUsers": "true",
    "oidcProviderArn": "arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com",
    "onUninstall": "keep",
    "permissionsBoundaryArn": "arn:aws:iam::ACCOUNT:policy/NAME",
    "previewPullRequests": "false",
    "protect": "true",
    "rate": "50",
    "registeredBaseUrl": "https://apps.example.com",
    "repository": "OWNER/NAME",
    "reviewers": "ORGANIZATION/TEAM",
    "rutterBaseUrl": "https://production.rutterapi.com/versioned",
    "scopes": "SCOPE",
    "silenceHours": "24",
    "supportUrl": "https://www.example.com/support",
    "tracing": "false",
    "uninstalledRetentionDays": "30",
    "webhooks": "false",
}
_RESERVED_CONCURRENCY = "functions.reservedConcurrency."


@dataclass(frozen=True)
class Problem:
    """One wrong key.

    Attributes:
        key: its path, such as `apps[0].organizationId`.
        what: what is wrong with it, as the rest of a sentence that starts with the key.
        remedy: what fixes it, a line each: commands, or what to write in the stack's file.
    """

    key: str
    what: str
    remedy: str


class ConfigurationError(pulumi.RunError):
    """The configuration is wrong: the message lists every problem.

    A `pulumi.RunError`, so that the CLI shows the message without a traceback.

    Attributes:
        problems: those it lists.
    """

    def __init__(self, stack: str, problems: Sequence[Problem]) -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        lines = [f"The configuration of stack {stack} has {count}; nothing was deployed."]
        for problem in problems:
            what = problem.what.rstrip(".")
            lines += ["", f"  {problem.key} {what}."]
            lines += [f"      {line}" for line in problem.remedy.split("\n")]
        super().__init__("\n".join(lines))
        self.problems = tuple(problems)


def set_command(key: str, value: str | None = None) -> str:
    """The command that sets a key."""
    given = example(key) if value is None else shlex.quote(value)
    dashes = "-- " if given.startswith("-") else ""
    return f"{_config('set')} {_path(key)} {dashes}{given}"


def set_secret_command(key: str) -> str:
    """The command that sets a secret key; the CLI asks for the value, so no history keeps it."""
    return f"{_config('set')} --secret {_path(key)}"


def remove_command(key: str) -> str:
    """The command that removes a key.

    Within brackets the CLI takes what stands before a colon for a namespace: that no command can.
    """
    if re.search(r'\["[^"]*:', key):
        return in_stack_file(f"remove {key}")
    return f"{_config('rm')} {_path(key)}"


def stack_rename_command(name: str) -> str:
    """The command that gives the stack another name."""
    return f"pulumi stack rename --stack {pulumi.get_stack()} {name}"


def in_stack_file(what: str) -> str:
    """What to do in the stack's file, where no command can do it without losing a value."""
    return f"in Pulumi.{pulumi.get_stack()}.yaml, {what}"


def _config(verb: str) -> str:
    return f"pulumi config {verb} --stack {pulumi.get_stack()}"


def _path(key: str) -> str:
    quoted = key.replace("'", "'\"'\"'")
    return f"--path '{quoted}'"


def did_you_mean(names: Sequence[str]) -> str:
    """The names that may have been meant, to be put after what is wrong; or nothing."""
    return f" (did you mean {' or '.join(names)}?)" if names else ""


def nearest_names(name: str, known: Collection[str], *, cutoff: float = 0.5) -> list[str]:
    """Up to three known names that look like an unknown one, the nearest first.

    `cutoff` is how alike they must be, from 0 to 1, whatever letters are capitals.
    """
    by_letters = {each.lower(): each for each in known}
    nearest = difflib.get_close_matches(name.lower(), by_letters, n=3, cutoff=cutoff)
    return [by_letters[each] for each in nearest]


def last_name(key: str) -> str:
    """The last name of a path, without the index of a list's entry."""
    return re.sub(r"\[\d+\]$", "", key).rpartition(".")[2]


def placeholder(name: str) -> str:
    """What stands for a setting's value in a command: CLIENT_ID for `clientId`."""
    return re.sub(r"([A-Z])", r"_\1", name).upper()


def example(key: str) -> str:
    """A good value of a key, or a placeholder for it."""
    if key.startswith(_RESERVED_CONCURRENCY):
        return "10"
    name = last_name(key)
    return _EXAMPLES.get(name) or placeholder(name)
