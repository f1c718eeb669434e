"""Reads the stack's configuration, and finds what is wrong before anything is deployed."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG
from pydantic import ValidationError

from registration.portal.value_types import STACK_NAME

from .configuration_errors import (
    ConfigurationError,
    Problem,
    did_you_mean,
    in_stack_file,
    nearest_names,
    remove_command,
    set_command,
    stack_rename_command,
)
from .first_app import FIRST_APP, TEXTS, with_first_app
from .first_app_problems import as_answered, repeated_answers
from .provider_settings import provider_problems, region, region_warnings
from .secret_settings import SECRET_MAPS, is_secret, secret_problems
from .settings import Settings
from .validation import validation_problems

# That of Pulumi.dev.yaml, as it comes.
SAMPLE_ORGANIZATION_ID = "3f1c0f5e-6a0b-4c8e-9d53-2b8a7c1e4d90"
# That of Pulumi.prod.yaml, as it comes: AWS gives nobody this one.
PLACEHOLDER_ACCOUNT = "000000000000"

# A role's name may have 64 characters: project, stack, and at most `rutter-connect`, with hyphens.
PROJECT_AND_STACK = 64 - len("--rutter-connect")


def read_settings() -> Settings:
    """Read the settings of the stack that is being deployed.

    Raises:
        ConfigurationError: every problem found, each with its key and its remedy.
    """
    given, problems = configured_values()
    values = with_first_app(given)
    problems += repeated_answers(values)
    values = {key: value for key, value in values.items() if key not in FIRST_APP}
    problems += _name_problems() + provider_problems() + secret_problems(values)
    problems += _repeated(values, "organizationId") + _repeated(values, "clientId")
    problems += _domain_problems(values)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        removed = {each.remedy for each in problems}
        problems += [
            each
            for each in validation_problems(error, values, Settings)
            if remove_command(each.key) not in removed
        ]
    else:
        problems += _region_problems(settings) + _sample_problems(settings)
    if problems:
        raise ConfigurationError(pulumi.get_stack(), _as_answered(problems))
    return settings


def configuration_warnings(settings: Settings) -> list[str]:
    """What to warn of in a configuration that is valid, each with the command that mends it."""
    return [
        *(f"{each.key} {each.what}. {each.remedy}" for each in _as_answered(_sample_ids(settings))),
        *region_warnings(),
        *_account_warnings(settings),
        *_monitoring_warnings(settings),
        *_secrecy_warnings(),
    ]


def _as_answered(problems: Sequence[Problem]) -> list[Problem]:
    """The problems under the keys that the stack's configuration has."""
    given, _ = configured_values()
    return [as_answered(problem, given) for problem in problems]


def _sample_ids(settings: Settings) -> list[Problem]:
    """The apps that still have the organization id of the sample."""
    what = "is that of the sample: anybody who has read it knows the app's URLs"
    keys = [
        f"apps[{index}].organizationId"
        for index, app in enumerate(settings.apps)
        if app.organization_id == SAMPLE_ORGANIZATION_ID
    ]
    return [Problem(key, what, set_command(key)) for key in keys]


def _sample_problems(settings: Settings) -> list[Problem]:
    """A stack worth protecting does not deploy the sample, whose URLs can only change later."""
    if not settings.protect:
        return []
    key = "aws:allowedAccountIds[0]"
    if PLACEHOLDER_ACCOUNT not in CONFIG.get().get("aws:allowedAccountIds", ""):
        return _sample_ids(settings)
    what = f"is {PLACEHOLDER_ACCOUNT}, which stands for the account of this stack"
    return [*_sample_ids(settings), Problem(key, what, set_command(key, "ACCOUNT_ID"))]


def _account_warnings(settings: Settings) -> list[str]:
    """What would keep a stack worth protecting from being deployed into the wrong account."""
    if not settings.protect or CONFIG.get().get("aws:allowedAccountIds", "[]") != "[]":
        return []
    key = "aws:allowedAccountIds[0]"
    return [
        "aws:allowedAccountIds is not set: with the credentials of another account, this protected "
        f"stack would be deployed there anew. {set_command(key, 'ACCOUNT_ID')}"
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
    given, _ = configured_values()
    return [
        f"{key} has a value that is set with --secret, and is plain text in the state, in the "
        f"outputs or in AWS: what stays secret is in {', '.join(sorted(secret))}."
        for key in sorted(given.keys() - secret)
        if is_secret(key)
    ]


def configured_values() -> tuple[dict[str, Any], list[Problem]]:
    """The project's configuration as the CLI hands it over: strings, and JSON for structures."""
    project = pulumi.get_project()
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for full_key, text in CONFIG.get().items():
        namespace, _, key = full_key.partition(":")
        if namespace != project:
            if nearest_names(namespace, [project], cutoff=0.8):
                meant = f"{project}:{key}"
                what = f"is not a setting{did_you_mean([meant])}"
                remedy = in_stack_file(f"rename {full_key} to {meant}")
                problems.append(Problem(full_key, what, remedy))
            continue
        structured = key not in TEXTS and text.startswith(("[", "{"))
        try:
            values[key] = json.loads(text) if structured else text
        except (ValueError, RecursionError):  # a number is too long, or lists are too deep
            remedy = in_stack_file(f"write {full_key} anew, as YAML")
            problems.append(Problem(key, "begins as JSON, and is not valid JSON", remedy))
    return values, problems


def _name_problems() -> list[Problem]:
    project, stack = pulumi.get_project(), pulumi.get_stack()
    problems = []
    if not re.fullmatch(r"[A-Za-z0-9_-]+", project):
        what = (
            f"is {project!r}: it must be letters, digits, - or _, because AWS names start with it"
        )
        problems.append(Problem("the project's name", what, "in Pulumi.yaml, give it another name"))
    if not re.fullmatch(STACK_NAME, stack):
        what = "must be 1 to 40 letters, digits, - or _, because AWS names start with it"
        problems.append(Problem("the stack's name", what, stack_rename_command("NEW-NAME")))
    elif len(project) + len(stack) > PROJECT_AND_STACK:
        what = (
            f"and the project's have {len(project) + len(stack)} characters together: they must "
            f"have at most {PROJECT_AND_STACK}, because the names of IAM roles start with both"
        )
        problems.append(Problem("the stack's name", what, stack_rename_command("NEW-NAME")))
    return problems


def _region_problems(settings: Settings) -> list[Problem]:
    """A certificate that API Gateway cannot use, as far as the region is known by now."""
    given = settings.domain.certificate_region if settings.domain else None
    if given is None or (own := region()) in (None, given):
        return []
    what = f"is of {given}: API Gateway takes a certificate of the stack's own region, {own}"
    return [Problem("domain.certificateArn", what, set_command("domain.certificateArn"))]


def _repeated(values: Mapping[str, Any], setting: str) -> list[Problem]:
    """Apps that share what tells apps apart."""
    apps = values.get("apps")
    seen: set[str] = set()
    problems = []
    for index, app in enumerate(apps if isinstance(apps, list) else []):
        value = str(app.get(setting) or "") if isinstance(app, dict) else ""
        if value in seen:
            key = f"apps[{index}].{setting}"
            problems.append(Problem(key, f"is {value!r}, which another app has", set_command(key)))
        seen |= {value} - {""}
    return problems


def _domain_problems(values: Mapping[str, Any]) -> list[Problem]:
    """A domain that nothing proves, or that would switch off the URLs that are in the portal."""
    domain, apps = values.get("domain"), values.get("apps")
    if not isinstance(domain, dict) or not domain:
        return []
    problems = []
    if not {"certificateArn", "hostedZoneId"} & domain.keys():
        what = "needs a hostedZoneId, to validate a certificate in, or a certificateArn"
        problems.append(Problem("domain", what, set_command("domain.hostedZoneId")))
    if str(domain.get("keepDefaultEndpoint")).lower() == "true":
        return problems
    for index, app in enumerate(apps if isinstance(apps, list) else []):
        registered = str(app.get("registeredBaseUrl") or "") if isinstance(app, dict) else ""
        if re.search(r"\.execute-api\.[a-z0-9-]+\.amazonaws\.com", registered):
            what = (
                f"switches off {registered}, where the portal still sends the callbacks of "
                f"apps[{index}]: keep both until the portal is edited"
            )
            problems.append(Problem("domain", what, set_command("domain.keepDefaultEndpoint")))
    return problems
