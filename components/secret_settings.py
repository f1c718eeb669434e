"""The secrets among the settings: maps of organization ID to secret, and the apps they are for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from portal.value_types import ORGANIZATION_ID

from .configuration_errors import Problem, nearest_names, path_text, set_command


@dataclass(frozen=True)
class SecretMap:
    """A map of organization ID to secret.

    Attributes:
        key: its key in the configuration.
        setting: the app's setting that needs the secret, and is of no use without it.
        noun: what one of its secrets is called.
    """

    key: str
    setting: str
    noun: str

    def is_for(self, app: Mapping[str, Any]) -> bool:
        """Whether an app has what needs the secret."""
        return bool(app.get(self.setting.partition(".")[0]))


SECRET_MAPS = (
    SecretMap("clientSecrets", "clientId", "client secret"),
    SecretMap("handoffKeys", "appUrl", "handoff key"),
    SecretMap("rutterClientSecrets", "rutter.clientId", "Rutter client secret"),
)


def is_secret(key: str) -> bool:
    """Whether a key of the configuration is encrypted, or holds a value that is."""
    return pulumi.runtime.is_config_secret(f"{pulumi.get_project()}:{key}")


def secret_problems(values: Mapping[str, Any]) -> list[Problem]:
    """What is wrong between the secrets and the apps of a configuration that may be malformed.

    An app without a good organization ID of its own is a problem already, and so is what follows.
    """
    given = values.get("apps")
    apps = [each if isinstance(each, dict) else {} for each in _entries(given)]
    ids = [str(app.get("organizationId", "")) for app in apps]
    own = {id_: ids.index(id_) for id_ in ids if re.fullmatch(ORGANIZATION_ID, id_)}
    problems: list[Problem] = []
    for secret_map in SECRET_MAPS:
        secrets = values.get(secret_map.key, {})
        if not isinstance(secrets, dict):
            continue
        if own.keys() == set(ids) != set():
            problems += _unknown(secret_map, secrets, own)
        for id_, index in own.items():
            problems += _incomplete(secret_map, secrets, id_, index, apps[index])
        if secrets and not is_secret(secret_map.key):
            what = (
                "has plain text in the stack's file: set each with --secret. If anyone may have "
                "read the file or its history, replace the secrets first"
            )
            problems.append(Problem(secret_map.key, what))
    return problems


def _entries(given: object) -> list[Any]:
    return given if isinstance(given, list) else []


def _unknown(
    secret_map: SecretMap, secrets: Mapping[str, Any], own: Mapping[str, int]
) -> Iterator[Problem]:
    for id_ in sorted(secrets.keys() - own.keys()):
        meant = "".join(path_text((secret_map.key, near)) for near in nearest_names(id_, own)[:1])
        what = "is for an organization ID that no app has"
        yield Problem(path_text((secret_map.key, id_)), what, meant=meant)


def _incomplete(
    secret_map: SecretMap, secrets: Mapping[str, Any], id_: str, index: int, app: Mapping[str, Any]
) -> Iterator[Problem]:
    setting = f"apps[{index}].{secret_map.setting}"
    if secret_map.is_for(app) and not secrets.get(id_):
        key = path_text((secret_map.key, id_))
        yield Problem(key, f"is missing: {setting} needs it", set_command(key, secret=True))
    if secrets.get(id_) and not secret_map.is_for(app):
        yield Problem(setting, f"is missing: the app has a {secret_map.noun}", set_command(setting))
