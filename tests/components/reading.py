"""Reads settings in this process, from configuration as the CLI passes it."""

import contextvars
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from unittest import mock

import pytest
from pulumi.runtime.config import set_all_config

from components.settings.model import Settings
from components.settings.problems import ConfigurationError, Problem
from components.settings.stack import read_settings
from tests.components.recordings import PROJECT, SECRETS

STACK = "dev"
SECRET_KEYS = [f"{PROJECT}:{key}" for key in SECRETS]
_Read = TypeVar("_Read")


def texts_of(config: Mapping[str, Any], project: str = PROJECT) -> dict[str, str]:
    return {
        f"{project}:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in config.items()
    }


def read(config: Mapping[str, Any], *, secret: bool = True) -> Settings:
    """Return a stack's settings. `secret` says whether its secrets are encrypted."""
    return read_texts(texts_of(config), secret_keys=SECRET_KEYS * secret)


def read_texts(
    texts: dict[str, str],
    *,
    project: str = PROJECT,
    stack: str = STACK,
    secret_keys: Sequence[str] = SECRET_KEYS,
) -> Settings:
    return read_by(read_settings, texts, project=project, stack=stack, secret_keys=secret_keys)


def read_by(
    reader: Callable[[], _Read],
    texts: dict[str, str],
    *,
    project: str,
    stack: str = STACK,
    secret_keys: Sequence[str] = (),
) -> _Read:
    """Return what a program reads from its configuration: texts by full key."""

    def run() -> _Read:
        set_all_config(texts, list(secret_keys))
        return reader()

    with (
        mock.patch("pulumi.get_project", return_value=project),
        mock.patch("pulumi.get_stack", return_value=stack),
    ):
        # The configuration is in a context variable, which must not leak into other tests.
        return contextvars.copy_context().run(run)


def problems(config: Mapping[str, Any], *, secret: bool = True) -> list[Problem]:
    with pytest.raises(ConfigurationError) as raised:
        read(config, secret=secret)
    return list(raised.value.problems)
