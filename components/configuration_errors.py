"""What is wrong with a stack's configuration, and the command that fixes each problem."""

import difflib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pulumi
from pydantic import ValidationError
from pydantic_core import ErrorDetails

# A good value of each key; those without one are shown as a placeholder in capitals.
_EXAMPLES = {
    "appUrl": "https://app.example.com",
    "burst": "100",
    "certificateArn": "arn:aws:acm:REGION:ACCOUNT:certificate/ID",
    "emails": "oncall@example.com",
    "httpsEndpoints": "https://events.example.com/alarms",
    "loginUrl": "https://login.bigcommerce.com",
    "logRetentionDays": "30",
    "memorySize": "512",
    "multipleUsers": "true",
    "onUninstall": "keep",
    "permissionsBoundaryArn": "arn:aws:iam::ACCOUNT:policy/NAME",
    "protect": "true",
    "rate": "50",
    "registeredBaseUrl": "https://apps.example.com",
    "scopes": "SCOPE",
    "silenceHours": "24",
    "supportUrl": "https://www.example.com/support",
    "tracing": "false",
    "uninstalledRetentionDays": "30",
}
# A list or a map is not set as a whole: where its first value goes.
_FIRST_ENTRIES = {
    "apps": "[0].organizationId",
    "emails": "[0]",
    "frameAncestors": "[0]",
    "httpsEndpoints": "[0]",
    "rutter": ".clientId",
    "scopes": "[0]",
}
_RESERVED_CONCURRENCY = "functions.reservedConcurrency."
_SECRETS = {"clientSecrets", "handoffKeys", "rutterClientSecrets"}
_WORDS = {
    "missing": "is required",
    "extra_forbidden": "is not a setting",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "too_long": "has more than {max_length} entries",
    "tuple_type": "must be a list",
    "dict_type": "must be a map",
    "model_type": "must be a map",
}
# Fixed by taking the value away, since none of a single word would be right.
_WRONG_SHAPES = {"too_long", "tuple_type", "dict_type", "model_type"}


@dataclass(frozen=True)
class Problem:
    """One wrong key.

    Attributes:
        key: its path, such as `apps[0].organizationId`.
        what: what is wrong with it, as the rest of a sentence that starts with the key.
        command: the command that fixes it.
    """

    key: str
    what: str
    command: str


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
            lines += ["", f"  {problem.key} {what}.", f"      {problem.command}"]
        super().__init__("\n".join(lines))
        self.problems = tuple(problems)


def set_command(key: str, value: str | None = None) -> str:
    """The command that sets a key."""
    path = key + _FIRST_ENTRIES.get(key.rpartition(".")[2], "")
    return f"{_config('set')} --path '{path}' {value or _example(path)}"


def set_secret_command(key: str) -> str:
    """The command that sets a secret key; the CLI asks for the value, so no history keeps it."""
    return f"{_config('set')} --secret --path '{key}'"


def remove_command(key: str) -> str:
    """The command that removes a key."""
    return f"{_config('rm')} --path '{key}'"


def rename_command(name: str) -> str:
    """The command that gives the stack another name."""
    return f"pulumi stack rename --stack {pulumi.get_stack()} {name}"


def _config(verb: str) -> str:
    return f"pulumi config {verb} --stack {pulumi.get_stack()}"


def explain(error: ValidationError, names: Collection[str]) -> list[Problem]:
    """The problems pydantic found, in this module's words; `names` are those of all settings."""
    errors = error.errors(include_url=False)
    inner = {each["loc"][:depth] for each in errors for depth in range(1, len(each["loc"]))}
    # pydantic leaves wrong entries out of a list, and then finds the list too short.
    return [
        _problem(each, names)
        for each in errors
        if not (each["type"] == "too_short" and each["loc"] in inner)
    ]


def _problem(details: ErrorDetails, names: Collection[str]) -> Problem:
    key = _path(details["loc"])
    context = details.get("ctx", {})
    if details["type"] == "extra_forbidden":
        what = _WORDS["extra_forbidden"] + did_you_mean(str(details["loc"][-1]), names)
        return Problem(key, what, remove_command(key))
    if details["loc"][0] in _SECRETS:
        command = remove_command(key) if key in _SECRETS else set_secret_command(key)
        return Problem(key, _what_of_secret(details), command)
    if details["type"] in _WRONG_SHAPES:
        return Problem(key, _WORDS[details["type"]].format(**context), remove_command(key))
    if "remove" in context:
        return Problem(key, _what(details), remove_command(key + context["remove"]))
    return Problem(key, _what(details), set_command(key, context.get("suggestion")))


def did_you_mean(name: str, known: Collection[str]) -> str:
    """The names nearest to an unknown one, to be put after what is wrong; or nothing."""
    nearest = nearest_names(name, known)
    return f" (did you mean {' or '.join(nearest)}?)" if nearest else ""


def nearest_names(name: str, known: Collection[str], *, cutoff: float = 0.5) -> list[str]:
    """Up to three known names that look like an unknown one, the nearest first.

    `cutoff` is how alike they must be, from 0 to 1.
    """
    return difflib.get_close_matches(name, known, n=3, cutoff=cutoff)


def _what_of_secret(details: ErrorDetails) -> str:
    """What is wrong with a secret, without showing it."""
    if len(details["loc"]) == 1:
        return "must be a map of organization id to secret"
    if "min_length" in details.get("ctx", {}):
        return f"must have at least {details['ctx']['min_length']} characters"
    return details["msg"] if details["type"] == "secret_with_spaces" else "must be text"


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
    if key.startswith(_RESERVED_CONCURRENCY):
        return "10"
    name = re.sub(r"\[\d+\]$", "", key).rpartition(".")[2]
    return _EXAMPLES.get(name) or re.sub(r"([A-Z])", r"_\1", name).upper()
