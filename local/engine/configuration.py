"""A stack's configuration, in the form in which the Pulumi CLI passes it to programs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.engine.stack_files import (
    StackFileError,
    full_keys,
    is_encrypted,
    project_name,
    written_config,
)


def stack_config(root: Path, stack: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stack's configuration: full key (`project:key`) to plain value.

    `overrides` replace whole values. Raises `StackFileError`, also for an encrypted value: only the
    CLI can decrypt it.
    """
    merged = {**written_config(root, stack), **full_keys(overrides, project_name(root))}
    for key, value in merged.items():
        if is_encrypted(value):
            raise StackFileError(
                f"{key} in Pulumi.{stack}.yaml is encrypted. Only the CLI can read it."
            )
    return {key: value for key, value in merged.items() if value is not None}


def encoded(config: Mapping[str, Any]) -> dict[str, str]:
    """Return configuration as programs receive it: text as it is, other values as JSON."""
    return {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()
    }
