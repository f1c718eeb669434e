"""Reads the configuration of the stack that Pulumi is deploying."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeVar

import pulumi
from pulumi.runtime.config import CONFIG
from pydantic import BaseModel

from portal.value_types import STACK_NAME

from .checks import SECRET_MAPS, checked_settings, sample_ids
from .model import Settings
from .names import nearest_names
from .problems import ConfigurationError, Problem, set_command, to_set
from .provider import from_json, provider_problems, region, region_warnings

# In the sample stacks: AWS gives nobody this account.
PLACEHOLDER_ACCOUNT = "000000000000"
_ALLOWED = "aws:allowedAccountIds"
# A role's name may have 64 characters: project, stack, and at most `rutter-connect`, with hyphens.
PROJECT_AND_STACK = 64 - len("--rutter-connect")
_Model = TypeVar("_Model", bound=BaseModel)
# Checks values, of which it may not show the encrypted ones; raises `ConfigurationError`.
Check = Callable[[Mapping[str, Any], Collection[str]], _Model]


def read_settings() -> Settings:
    """Read the settings of the stack. Raises `ConfigurationError` with every problem."""
    return checked_configuration(
        lambda values, encrypted: checked_settings(values, hidden=encrypted, more=_misplaced),
        [*_name_problems(), *_plain_secrets()],
    )


def checked_configuration(check: Check[_Model], problems: Collection[Problem] = ()) -> _Model:
    """Return what `check` makes of the project's configuration.

    Raises `ConfigurationError` with its problems, those of the AWS provider, and `problems`.
    """
    values, settings = configured_values(), None
    found = [*problems, *provider_problems()]
    try:
        settings = check(values, {key for key in values if _is_secret(key)})
    except ConfigurationError as error:
        found = [*error.problems, *found]
    if settings is None or found:
        raise ConfigurationError([*_other_names(), *found], pulumi.get_stack())
    return settings


def configured_values() -> dict[str, Any]:
    """Return the project's configuration: the CLI gives text, and JSON for lists and maps."""
    project = f"{pulumi.get_project()}:"
    return {
        key.removeprefix(project): from_json(text)
        for key, text in CONFIG.get().items()
        if key.startswith(project)
    }


def configuration_warnings(settings: Settings) -> list[str]:
    """Return what is valid in the stack's configuration, and should not stay so."""
    return [
        *map(str, [*_other_names(), *sample_ids(settings)]),
        *region_warnings(),
        *_account_warnings(settings),
        *_monitoring_warnings(settings),
        *_secrecy_warnings(),
    ]


def _misplaced(settings: Settings) -> Iterator[Problem]:
    """Settings that do not fit the stack's region or account."""
    arn = settings.domain.certificate_arn if settings.domain else None
    if arn and region() not in (None, given := arn.split(":")[3]):
        what = (
            f"is of {given}: API Gateway takes a certificate of the stack's own region, {region()}"
        )
        yield Problem("domain.certificateArn", what)
    if settings.protect and PLACEHOLDER_ACCOUNT in CONFIG.get().get(_ALLOWED, ""):
        what = f"has {PLACEHOLDER_ACCOUNT}, which stands for the account of this stack"
        yield Problem(_ALLOWED, what)


def _is_secret(key: str) -> bool:
    """Whether a value is encrypted, or holds one that is."""
    return pulumi.runtime.is_config_secret(f"{pulumi.get_project()}:{key}")


def _plain_secrets() -> Iterator[Problem]:
    what = (
        "has plain text in the stack's file: set each with --secret. If anyone may have read the "
        "file or its history, replace the secrets first"
    )
    for name, secrets in configured_values().items():
        if name in SECRET_MAPS and secrets and not _is_secret(name):
            yield Problem(name, what)


def _other_names() -> Iterator[Problem]:
    """Settings under a name that the project had before, or a misspelled one."""
    project = pulumi.get_project()
    given = [key.partition(":")[::2] for key in CONFIG.get()]
    names = set(nearest_names(project, {name for name, _ in given}, cutoff=0.8))
    # No other package's configuration has these.
    names |= {name for name, key in given if key in {"apps", "environments", *SECRET_MAPS}}
    what = f"is not read, because the project's name is {project}"
    for name, key in given:
        if name in names - {project}:
            yield Problem(f"{name}:{key}", what, meant=f"{project}:{key}")


def _name_problems() -> Iterator[Problem]:
    project, stack = pulumi.get_project(), pulumi.get_stack()
    if not re.fullmatch(r"[A-Za-z0-9_-]+", project):
        what = f"is {project!r}: it must be letters, digits, - or _, as in names of AWS resources"
        yield Problem("the project's name", what)
    if not re.fullmatch(STACK_NAME, stack):
        what = "must be 1 to 40 letters, digits, - or _, as in names of AWS resources"
        yield Problem("the stack's name", what)
    elif len(project) + len(stack) > PROJECT_AND_STACK:
        what = (
            f"and the project's have {len(project) + len(stack)} characters together: they must "
            f"have at most {PROJECT_AND_STACK}, because the names of IAM roles start with both"
        )
        yield Problem("the stack's name", what)


def _account_warnings(settings: Settings) -> Iterator[str]:
    if settings.protect and CONFIG.get().get(_ALLOWED, "[]") == "[]":
        command = set_command(to_set(f"{_ALLOWED}[0]", "ACCOUNT_ID"), pulumi.get_stack())
        yield (
            f"{_ALLOWED} is not set: with the credentials of another account, this protected stack "
            f"would be deployed there again. {command}"
        )


def _monitoring_warnings(settings: Settings) -> Iterator[str]:
    monitoring = settings.monitoring
    if monitoring and not (monitoring.emails or monitoring.https_endpoints):
        yield (
            "monitoring has neither emails nor httpsEndpoints: its alarms notify no one unless "
            "someone subscribed to the topic manually. "
            f"{set_command(to_set('monitoring.emails[0]'), pulumi.get_stack())}"
        )


def _secrecy_warnings() -> Iterator[str]:
    """Encrypted settings that are deployed in plain text, since people and functions read them."""
    secret = {*SECRET_MAPS, "monitoring"}
    for key in sorted(configured_values().keys() - secret):
        if _is_secret(key):
            yield (
                f"{key} has a value that is set with --secret, and is plain text in the state, in "
                f"the outputs or in AWS: what stays secret is in {', '.join(sorted(secret))}."
            )
