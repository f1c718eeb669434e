"""The secrets among the settings: maps of organization id to secret, and the apps they are for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from registration.portal.value_types import ORGANIZATION_ID

from .configuration_errors import (
    Problem,
    did_you_mean,
    in_stack_file,
    nearest_names,
    placeholder,
    remove_command,
    set_command,
    set_secret_command,
)
from .setting_paths import Location, first_value, path_text
from .settings import Settings


@dataclass(frozen=True)
class SecretMap:
    """A map of organization id to secret.

    Attributes:
        key: its key in the configuration.
        companion: the app's setting that needs the secret, and is of no use without it.
        noun: what one of its secrets is called.
        missing_companion: what is wrong where the secret stands alone.
        exposed: what to do first where somebody may have read one.
    """

    key: str
    companion: str
    noun: str
    missing_companion: str
    exposed: str

    def path(self, organization_id: str) -> str:
        """The configuration path of one secret."""
        return path_text((self.key, organization_id))


_IN_THE_PORTAL = "ask BigCommerce's developer support for another client secret"
SECRET_MAPS = (
    SecretMap("clientSecrets", "clientId", "client secret", "needs its client ID", _IN_THE_PORTAL),
    SecretMap(
        "handoffKeys", "appUrl", "handoff key", "needs the URL it hands over to", "make new keys"
    ),
    SecretMap(
        "rutterClientSecrets",
        "rutter",
        "Rutter client secret",
        "needs its Rutter client ID",
        "have the client secret reset in Rutter's dashboard",
    ),
)


def is_secret(key: str) -> bool:
    """Whether a key of the configuration is encrypted, or holds a value that is."""
    return pulumi.runtime.is_config_secret(f"{pulumi.get_project()}:{key}")


def secret_problems(values: Mapping[str, Any]) -> list[Problem]:
    """What is wrong between the secrets and the apps of a configuration that may be malformed.

    What a map that is none lacks is not said beside: the remedy of that would remove it again.
    """
    apps = [app if isinstance(app, dict) else {} for app in _list(values.get("apps"))]
    return [
        problem
        for secret_map in SECRET_MAPS
        if isinstance(secrets := values.get(secret_map.key, {}), dict)
        for problem in _problems(secret_map, apps, secrets)
    ]


def _problems(
    secret_map: SecretMap, apps: Sequence[dict[str, Any]], secrets: dict[str, Any]
) -> list[Problem]:
    problems = _unknown(secret_map, secrets, apps)
    for index, app in enumerate(apps):
        id_ = str(app.get("organizationId"))
        if not _has_id(app):
            continue
        if app.get(secret_map.companion) and not secrets.get(id_):
            key = secret_map.path(id_)
            what = f"is missing: apps[{index}] has {secret_map.companion}, and needs its "
            problems.append(Problem(key, what + secret_map.noun, set_secret_command(key)))
        if not app.get(secret_map.companion) and secrets.get(id_):
            key = f"apps[{index}].{secret_map.companion}"
            what = (
                f"is missing: the app has a {secret_map.noun}, and {secret_map.missing_companion}"
            )
            problems.append(Problem(key, what, _begun(("apps", index, secret_map.companion), app)))
    if secrets and not is_secret(secret_map.key):
        what = (
            "stand in plain text in the stack's configuration: set each again as a secret. If the "
            f"file was committed or shown to anybody, first {secret_map.exposed}: whoever saw the "
            "file, or sees its history, has the old one"
        )
        command = set_secret_command(secret_map.path(next(iter(secrets))))
        problems.append(Problem(secret_map.key, what, command))
    return problems


def _begun(companion: Location, app: Mapping[str, Any]) -> str:
    """The remedy of an app without a companion, which may be there as an empty text."""
    first = first_value(companion, Settings)
    command = set_command(path_text(first))
    # Of a text the CLI makes no map, as it does of nothing.
    if first != companion and app.get(str(companion[-1])) not in (None, {}):
        return f"{remove_command(path_text(companion))}\n{command}"
    return command


def _unknown(
    secret_map: SecretMap, secrets: Mapping[str, Any], apps: Sequence[dict[str, Any]]
) -> list[Problem]:
    problems = []
    ids = [str(app["organizationId"]) for app in apps if _has_id(app)]
    malformed = [str(app.get("organizationId", "")) for app in apps if not _has_id(app)]
    for id_ in sorted(secrets.keys() - set(ids)):
        if nearest_names(id_, malformed):
            continue
        key, meant = secret_map.path(id_), nearest_names(id_, ids)
        what = f"is for an organization id that no app has{did_you_mean(meant)}"
        if id_ == placeholder("organizationId"):
            meant = list(ids)
            what = "has the placeholder of a command in place of an app's organization id"
        free = [each for each in meant if each not in secrets]
        # A misspelled id keeps its secret, which no command can read.
        rename = in_stack_file(f"rename {key} to {' or '.join(free)}")
        problems.append(Problem(key, what, rename if free else remove_command(key)))
    return problems


def _has_id(app: Mapping[str, Any]) -> bool:
    """Whether an app has a good organization id. What follows from a bad one is not said beside."""
    return bool(re.fullmatch(ORGANIZATION_ID, str(app.get("organizationId", ""))))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
