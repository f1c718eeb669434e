"""What is wrong with a stack's configuration, said so that each problem can be mended at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pydantic import ValidationError
from pydantic_core import ErrorDetails

# A good value of each key; those without one are shown as a placeholder in capitals.
_EXAMPLES = {
    "burst": "100",
    "certificateArn": "arn:aws:acm:REGION:ACCOUNT:certificate/ID",
    "loginUrl": "https://login.bigcommerce.com",
    "logRetentionDays": "30",
    "memorySize": "512",
    "multipleUsers": "true",
    "protect": "true",
    "rate": "50",
    "reservedConcurrency": "10",
    "supportUrl": "https://www.example.com/support",
    "tracing": "false",
    "uninstalledRetentionDays": "30",
}
_WORDS = {
    "missing": "is required",
    "extra_forbidden": "is not a setting",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
}


@dataclass(frozen=True)
class Problem:
    """One wrong key.

    Attributes:
        key: its path, such as `apps[0].organizationId`.
        what: what is wrong with it, as the rest of a sentence that starts with the key.
        command: the command that mends it.
    """

    key: str
    what: str
    command: str


class ConfigurationError(pulumi.RunError):
    """The configuration is wrong: the message lists every problem.

    A `pulumi.RunError`, so that the CLI shows the message without a traceback.
    """

    def __init__(self, stack: str, problems: Sequence[Problem]) -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        lines = [f"The configuration of stack {stack} has {count}; nothing was deployed."]
        for problem in problems:
            command = re.sub("^pulumi config (set|rm)", rf"\g<0> --stack {stack}", problem.command)
            lines += ["", f"  {problem.key} {problem.what}.", f"      {command}"]
        super().__init__("\n".join(lines))
        self.problems = tuple(problems)


def set_command(key: str, value: str | None = None) -> str:
    """The command that sets a key."""
    return f"pulumi config set --path '{key}' {value or _example(key)}"


def set_secret_command(key: str) -> str:
    """The command that sets a secret key; the CLI asks for the value, so no history keeps it."""
    return f"pulumi config set --secret --path '{key}'"


def remove_command(key: str) -> str:
    """The command that removes a key."""
    return f"pulumi config rm --path '{key}'"


def explain(error: ValidationError) -> list[Problem]:
    """The problems pydantic found, in this module's words."""
    return [_problem(details) for details in error.errors(include_url=False)]


def _problem(details: ErrorDetails) -> Problem:
    key = _path(details["loc"])
    if details["type"] == "extra_forbidden":
        return Problem(key, _WORDS["extra_forbidden"], remove_command(key))
    if details["loc"][0] == "clientSecrets":
        return Problem(
            key, "must be a map of organization id to client secret", set_secret_command(key)
        )
    suggestion = details.get("ctx", {}).get("suggestion")
    return Problem(key, _what(details), set_command(key, suggestion))


def _what(details: ErrorDetails) -> str:
    if details["type"] in _WORDS:
        return _WORDS[details["type"]]
    message = details["msg"].removeprefix("Value error, ")
    message = message.replace("Input should", "should").replace("String should", "should")
    given = details["input"]
    if isinstance(given, str | int | float) and not isinstance(given, bool):
        return f"is {given!r}: it {message}"
    return message


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _example(key: str) -> str:
    name = re.split(r"[.\[]", re.sub(r"\[\d+\]$", "", key))[-1]
    return _EXAMPLES.get(name) or re.sub(r"([A-Z])", r"_\1", name).upper()
