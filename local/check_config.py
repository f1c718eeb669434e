"""Checks the configuration of any stack without the Pulumi CLI, an account or its secrets."""

from __future__ import annotations

import contextvars
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pulumi.runtime import reset_options
from pulumi.runtime.config import set_all_config

from components.settings.checks import SECRET_MAPS, needs_secret
from components.settings.files import (
    StackFileError,
    is_encrypted,
    project_name,
    stack_names,
    written_config,
)
from components.settings.problems import ConfigurationError, Problem
from components.settings.stack import read_settings
from local.engine.configuration import encoded

# Stands for an encrypted value: long enough for any secret. Entries of a list differ, and each is a
# valid e-mail address and URL.
_UNREAD = "encrypted" * 7
_UNREAD_ENTRY = "https://{index}@encrypted.example"


def check_config(root: Path, stack: str) -> list[str]:
    """Check the configuration that a folder has for a stack, and log its warnings.

    Returns the paths of the encrypted values, which are assumed to be valid. Raises
    `ConfigurationError` with every problem, and `StackFileError` for a missing or unreadable file.
    """
    names = stack_names(root)
    if stack not in names:
        raise StackFileError(
            f"There is no Pulumi.{stack}.yaml. The stacks with a file: {', '.join(names)}"
        )
    written = {
        key: value for key, value in written_config(root, stack).items() if value is not None
    }
    project = project_name(root)
    if is_encrypted(written.get(f"{project}:apps")):
        what = "is encrypted, so it cannot be checked: set it without --secret, as it has no secret"
        raise ConfigurationError([Problem("apps", what)], stack)
    texts = encoded(_readable(project, written))
    plain, secret = (
        {re.split(r"[.\[]", path)[0] for path, encrypted in _leaves(written) if encrypted is kind}
        for kind in (False, True)
    )
    # Pulumi takes a key for secret once one value in it is: a secret beside it in plain text shows
    # here.
    plain &= {f"{project}:{name}" for name in SECRET_MAPS}
    secret_keys = sorted(secret - plain)
    contextvars.Context().run(_read, project, stack, texts, secret_keys)
    return [path for path, encrypted in _leaves(written) if encrypted]


def _read(project: str, stack: str, texts: dict[str, str], secret_keys: list[str]) -> None:
    """Read the settings as a program does that the CLI runs."""
    reset_options(project=project, stack=stack)
    set_all_config(texts, secret_keys)
    read_settings()


def _readable(project: str, written: Mapping[str, Any]) -> dict[str, Any]:
    """Replace each encrypted value with a text, and leave out settings that are encrypted whole.

    If a map of secrets is encrypted whole, it gets an entry for each app that needs one.
    """
    readable = {key: _stood_in(value) for key, value in written.items() if not is_encrypted(value)}
    apps = readable.get(f"{project}:apps")
    for name in SECRET_MAPS:
        key = f"{project}:{name}"
        if is_encrypted(written.get(key)) and isinstance(apps, list):
            readable[key] = {
                str(app.get("organizationId")): _UNREAD
                for app in apps
                if isinstance(app, dict) and needs_secret(app, name)
            }
    return readable


def _stood_in(value: Any) -> Any:
    if is_encrypted(value):
        return _UNREAD
    if isinstance(value, dict):
        return {key: _stood_in(item) for key, item in value.items()}
    if isinstance(value, list):
        return [
            _UNREAD_ENTRY.format(index=index) if is_encrypted(item) else _stood_in(item)
            for index, item in enumerate(value)
        ]
    return value


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, bool]]:
    """Return the path of each scalar value, and whether it is encrypted."""
    if is_encrypted(value):
        yield path, True
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{index}]")
    else:
        yield path, False
