"""A stack's configuration, from the files and in the form that the Pulumi CLI gives it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from local.engine.events import DeploymentError


def project_name(root: Path) -> str:
    """Return the name in the Pulumi.yaml of the folder `root`."""
    return str(_read(root / "Pulumi.yaml")["name"])


def stack_config(root: Path, stack: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stack's configuration: full key (`project:key`) to plain value.

    `overrides` come last, by full key. Raises `DeploymentError` as `written_config` does, and for
    an encrypted value, which only the CLI can decrypt.
    """
    merged = {**written_config(root, stack), **overrides}
    for key, value in merged.items():
        if is_encrypted(value):
            raise DeploymentError(
                f"{key} in Pulumi.{stack}.yaml is encrypted; only the CLI can read it"
            )
    return {key: value for key, value in merged.items() if value is not None}


def is_encrypted(value: Any) -> bool:
    """Tell whether a value of a stack's file is one that only the CLI can decrypt."""
    return isinstance(value, Mapping) and value.keys() == {"secure"}


def stack_names(root: Path) -> list[str]:
    """Return the names of the stacks that have a file in the folder `root`."""
    return sorted(path.name[len("Pulumi.") : -len(".yaml")] for path in root.glob("Pulumi.*.yaml"))


def written_config(root: Path, stack: str) -> dict[str, Any]:
    """Return a stack's configuration as its files have it: full key to value, encrypted or not.

    As with the Pulumi CLI, a default or value in Pulumi.yaml yields to the same key in
    Pulumi.<stack>.yaml as a whole, objects are not merged, and a key without a namespace belongs
    to the project. Raises `DeploymentError` for a file that is missing or not YAML.
    """
    project = project_name(root)
    defaults = {
        _full(key, project): _default(declared)
        for key, declared in _config(root / "Pulumi.yaml").items()
    }
    stack_file = _config(root / f"Pulumi.{stack}.yaml")
    return {**defaults, **{_full(key, project): value for key, value in stack_file.items()}}


def encoded(config: Mapping[str, Any]) -> dict[str, str]:
    """Return configuration as programs receive it: whatever is not a string, as JSON."""
    return {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()
    }


def _default(declared: Any) -> Any:
    """Return the value of a key of Pulumi.yaml, `None` when it only declares a type."""
    if not isinstance(declared, Mapping):
        return declared
    return declared.get("value", declared.get("default"))


def _full(key: str, project: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _config(path: Path) -> dict[str, Any]:
    return _read(path).get("config") or {}


def _read(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise DeploymentError(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DeploymentError(f"{path} is not YAML: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("config") or {}, dict):
        raise DeploymentError(f"{path} must be a map, and its config one too")
    return document
