"""Reads the stack's configuration, and finds what is wrong before anything is deployed."""

import re
from collections.abc import Collection, Mapping
from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG

from portal.value_types import STACK_NAME

from .configuration_errors import ConfigurationError, Problem, nearest_names, set_command
from .provider_settings import from_json, provider_problems, region, region_warnings
from .secret_settings import SECRET_MAPS, is_secret, secret_problems
from .settings import Settings
from .validation import validated

# That of Pulumi.dev.yaml, as it comes.
SAMPLE_ORGANIZATION_ID = "3f1c0f5e-6a0b-4c8e-9d53-2b8a7c1e4d90"
# That of Pulumi.prod.yaml, as it comes: AWS gives nobody this one.
PLACEHOLDER_ACCOUNT = "000000000000"
_ALLOWED = "aws:allowedAccountIds"
_KEYS = {str(field.alias) for field in Settings.model_fields.values()}
# Settings whose names no other package's configuration has.
_ONLY_OURS = {"apps", "environments", *(each.key for each in SECRET_MAPS)}

# A role's name may have 64 characters: project, stack, and at most `rutter-connect`, with hyphens.
PROJECT_AND_STACK = 64 - len("--rutter-connect")


def read_settings() -> Settings:
    """Read the settings of the stack that is being deployed.

    Raises:
        ConfigurationError: every problem found.
    """
    values = configured_values()
    settings, problems = validated(Settings, values)
    problems += _name_problems() + provider_problems() + secret_problems(values)
    problems += _repeated(values, "organizationId") + _repeated(values, "clientId")
    # Rutter has one connection for a store and a client ID: one app would delete the other's.
    problems += _repeated(values, "rutter.clientId")
    if settings is not None:
        problems += _domain_problems(settings) + _sample_problems(settings)
    if settings is None or problems:
        raise ConfigurationError(pulumi.get_stack(), keys_of_another_name(_KEYS) + problems)
    return settings


def configuration_warnings(settings: Settings) -> list[str]:
    """What to warn of in a configuration that is valid."""
    return [
        *map(str, keys_of_another_name(_KEYS)),
        *map(str, _sample_ids(settings)),
        *region_warnings(),
        *_account_warnings(settings),
        *_monitoring_warnings(settings),
        *_secrecy_warnings(),
    ]


def _sample_ids(settings: Settings) -> list[Problem]:
    """The apps that still have the organization id of the sample."""
    what = "is that of the sample: anybody who has read it knows the app's URLs"
    keys = [
        f"apps[{index}].organizationId"
        for index, app in enumerate(settings.apps)
        if app.organization_id == SAMPLE_ORGANIZATION_ID
    ]
    return [Problem(key, what) for key in keys]


def _sample_problems(settings: Settings) -> list[Problem]:
    """A stack worth protecting does not deploy the sample, whose URLs can only change later."""
    if not settings.protect:
        return []
    if PLACEHOLDER_ACCOUNT not in CONFIG.get().get(_ALLOWED, ""):
        return _sample_ids(settings)
    what = f"has {PLACEHOLDER_ACCOUNT}, which stands for the account of this stack"
    return [*_sample_ids(settings), Problem(_ALLOWED, what)]


def _account_warnings(settings: Settings) -> list[str]:
    """What would keep a stack worth protecting from being deployed into the wrong account."""
    if not settings.protect or CONFIG.get().get(_ALLOWED, "[]") != "[]":
        return []
    return [
        f"{_ALLOWED} is not set: with the credentials of another account, this protected stack "
        f"would be deployed there again. {set_command(f'{_ALLOWED}[0]', 'ACCOUNT_ID')}"
    ]


def _monitoring_warnings(settings: Settings) -> list[str]:
    """Alarms that would go on without anybody's knowing."""
    if settings.monitoring is None or settings.monitoring.subscriptions:
        return []
    return [
        "monitoring has neither emails nor httpsEndpoints: its alarms tell nobody but who "
        f"subscribed to the topic by hand. {set_command('monitoring.emails[0]')}"
    ]


def _secrecy_warnings() -> list[str]:
    """Encrypted settings that are deployed in plain text, since people and functions read them."""
    secret = {secret_map.key for secret_map in SECRET_MAPS} | {"monitoring"}
    given = configured_values()
    return [
        f"{key} has a value that is set with --secret, and is plain text in the state, in the "
        f"outputs or in AWS: what stays secret is in {', '.join(sorted(secret))}."
        for key in sorted(given.keys() - secret)
        if is_secret(key)
    ]


def configured_values() -> dict[str, Any]:
    """The project's configuration as the CLI hands it over: strings, and JSON for structures."""
    given = [(*key.partition(":"), text) for key, text in CONFIG.get().items()]
    return {key: from_json(text) for name, _, key, text in given if name == pulumi.get_project()}


def keys_of_another_name(settings: Collection[str]) -> list[Problem]:
    """Settings under a name that the project had before, or that is misspelled: nothing reads them.

    Other namespaces are other packages' business, and may have a setting of the same name.
    """
    project = pulumi.get_project()
    given = [key.partition(":")[::2] for key in CONFIG.get()]
    names = {name for name, key in given if key in _ONLY_OURS} | set(
        nearest_names(project, {name for name, _ in given}, cutoff=0.8)
    )
    what = f"is not read, because the project's name is {project}"
    return [
        Problem(f"{name}:{key}", what, meant=f"{project}:{key}")
        for name, key in given
        if name in names - {project} and key in settings
    ]


def _name_problems() -> list[Problem]:
    project, stack = pulumi.get_project(), pulumi.get_stack()
    problems = []
    if not re.fullmatch(r"[A-Za-z0-9_-]+", project):
        what = f"is {project!r}: it must be letters, digits, - or _, as in names of AWS resources"
        problems.append(Problem("the project's name", what))
    if not re.fullmatch(STACK_NAME, stack):
        what = "must be 1 to 40 letters, digits, - or _, as in names of AWS resources"
        problems.append(Problem("the stack's name", what))
    elif len(project) + len(stack) > PROJECT_AND_STACK:
        what = (
            f"and the project's have {len(project) + len(stack)} characters together: they must "
            f"have at most {PROJECT_AND_STACK}, because the names of IAM roles start with both"
        )
        problems.append(Problem("the stack's name", what))
    return problems


def _repeated(values: Mapping[str, Any], setting: str) -> list[Problem]:
    """Apps that share what tells apps apart."""
    apps = values.get("apps")
    seen: set[str] = set()
    problems = []
    for index, app in enumerate(apps if isinstance(apps, list) else []):
        value = str(_at(app, setting) or "")
        if value in seen:
            what = f"is {value!r}, which another app has"
            problems.append(Problem(f"apps[{index}].{setting}", what))
        seen |= {value} - {""}
    return problems


def _at(value: Any, path: str) -> Any:
    """The value at a path of names, None if there is none."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _domain_problems(settings: Settings) -> list[Problem]:
    """A certificate of another region, or URLs that are in the portal and would be switched off."""
    domain = settings.domain
    if domain is None:
        return []
    problems = []
    if domain.certificate_region and region() not in (None, domain.certificate_region):
        what = (
            f"is of {domain.certificate_region}: API Gateway takes a certificate of the stack's "
            f"own region, {region()}"
        )
        problems.append(Problem("domain.certificateArn", what))
    for index, app in enumerate(settings.apps if not domain.keep_default_endpoint else ()):
        url = app.registered_base_url or ""
        if re.search(r"\.execute-api\.[a-z0-9-]+\.amazonaws\.com", url):
            what = (
                f"switches off {url}, where the portal still sends the callbacks of apps[{index}]: "
                "set domain.keepDefaultEndpoint to true until the portal is edited"
            )
            problems.append(Problem("domain", what))
    return problems
