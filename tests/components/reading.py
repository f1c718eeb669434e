"""Reads settings in this process, from configuration as the CLI would hand it over."""

import contextvars
import json
from collections.abc import Mapping
from typing import Any
from unittest import mock

import pytest
from pulumi.runtime.config import set_all_config

from components.configuration_errors import ConfigurationError, Problem
from components.settings import Settings, read_settings
from tests.components.recordings import PROJECT, SECRETS

STACK = "dev"
SECRET_KEYS = [f"{PROJECT}:{key}" for key in SECRETS]


def read(config: Mapping[str, Any], *, stack: str = STACK, secret: bool = True) -> Settings:
    """The settings of a stack. `secret`: whether its secrets are encrypted."""
    texts = {
        f"{PROJECT}:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in config.items()
    }
    return read_texts(texts, stack=stack, secret_keys=SECRET_KEYS * secret)


def read_texts(texts: dict[str, str], *, stack: str, secret_keys: list[str]) -> Settings:
    """The settings of a stack from full key to text."""

    def run() -> Settings:
        set_all_config(texts, secret_keys)
        return read_settings()

    with (
        mock.patch("pulumi.get_project", return_value=PROJECT),
        mock.patch("pulumi.get_stack", return_value=stack),
    ):
        # The configuration stands in a context variable, which must not reach another test.
        return contextvars.copy_context().run(run)


def problems(
    config: Mapping[str, Any], *, stack: str = STACK, secret: bool = True
) -> list[Problem]:
    """What is wrong with a stack's configuration."""
    with pytest.raises(ConfigurationError) as raised:
        read(config, stack=stack, secret=secret)
    return list(raised.value.problems)
