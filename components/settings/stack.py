"""Reads the configuration of the stack that Pulumi is deploying."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG

from portal.value_types import STACK_NAME

from .checks import SECRET_MAPS, sample_ids, settings_and_problems
from .model import Settings
from .problems import ConfigurationError, Problem

# In the sample stacks: AWS never assigns this account ID.
PLACEHOLDER_ACCOUNT = "000000000000"
_ALLOWED = "aws:allowedAccountIds"
# An IAM role's name has at most 64 characters. The longest is `{project}-{stack}-rutter-connect`.
PROJECT_AND_STACK = 64 - len("--rutter-connect")


def read_settings() -> Settings:
    """Read the settings of the stack, and log a warning for each that is risky.

    Raises `ConfigurationError` with every problem.
    """
    settings, problems = settings_and_problems(configured_values())
    problems += [*name_problems(), *_plain_secrets()]
    warnings = [*secrecy_warnings(filter(_is_secret, configured_values()))]
    if settings is not None:
        problems += _placeholder_account(settings)
        warnings += _warnings(settings)
    for warning in warnings:
        pulumi.log.warn(warning)
    if settings is None or problems:
        raise ConfigurationError(problems, pulumi.get_stack())
    return settings


def configured_values() -> dict[str, Any]:
    """Return the values of the project's configuration, by key without the project's name."""
    project = f"{pulumi.get_project()}:"
    return {
        key.removeprefix(project): _from_json(text)
        for key, text in CONFIG.get().items()
        if key.startswith(project)
    }


def _from_json(text: str) -> Any:
    """Read a value as the CLI passes it: JSON for a list or a map, and text for the rest."""
    try:
        return json.loads(text) if text.startswith(("[", "{")) else text
    except (ValueError, RecursionError):  # a number is too long, or lists are too deep
        return text


def _is_secret(key: str) -> bool:
    """Return whether a value is encrypted, or contains one that is."""
    return pulumi.runtime.is_config_secret(f"{pulumi.get_project()}:{key}")


def _plain_secrets() -> Iterator[Problem]:
    what = (
        "has plain text in the stack's file: set each secret with --secret. If others could read "
        "the file or its history, replace the secret first"
    )
    for name, secrets in configured_values().items():
        if name in SECRET_MAPS and secrets and not _is_secret(name):
            yield Problem(name, what)


def name_problems() -> Iterator[Problem]:
    """Find names of project and stack that do not fit into names of AWS resources."""
    project, stack = pulumi.get_project(), pulumi.get_stack()
    for owner, name in (("project", project), ("stack", stack)):
        if not re.fullmatch(STACK_NAME, name):
            what = "must be 1 to 40 letters, digits, - or _, as in names of AWS resources"
            yield Problem(f"the {owner}'s name", what)
    if len(project) + len(stack) > PROJECT_AND_STACK:
        what = f"must have at most {PROJECT_AND_STACK} characters together, for names of IAM roles"
        yield Problem("the project's and the stack's names", what)


def _placeholder_account(settings: Settings) -> Iterator[Problem]:
    if settings.protect and PLACEHOLDER_ACCOUNT in CONFIG.get().get(_ALLOWED, ""):
        what = f"has the sample's {PLACEHOLDER_ACCOUNT}: set the ID of this stack's AWS account"
        yield Problem(_ALLOWED, what)


def _warnings(settings: Settings) -> Iterator[str]:
    if not settings.protect:
        yield from map(str, sample_ids(settings))
    elif CONFIG.get().get(_ALLOWED, "[]") == "[]":
        yield (
            f"{_ALLOWED} is not set, so credentials for another account would deploy this "
            "protected stack there a second time. Set it to the ID of this stack's AWS account."
        )
    monitoring = settings.monitoring
    if monitoring and not (monitoring.emails or monitoring.https_endpoints):
        yield (
            "The alarms notify no one unless someone subscribed to the topic manually. "
            "Set monitoring.emails or monitoring.httpsEndpoints."
        )


def secrecy_warnings(keys: Iterable[str]) -> Iterator[str]:
    """Warn of settings, of these with a secret value, that are deployed in plain text."""
    secret = {*SECRET_MAPS, "monitoring"}
    for key in sorted({*keys} - secret):
        yield (
            f"{key} has a secret value, but it is plain text in the state, in the outputs or in "
            f"AWS. Only these settings stay secret: {', '.join(sorted(secret))}."
        )
