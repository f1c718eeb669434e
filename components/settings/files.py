"""Reads a stack's configuration from the project's files, as the Pulumi CLI does."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


class StackFileError(Exception):
    """A file that cannot be read, or does not exist."""


def project_name(root: Path) -> str:
    """Return the name in the Pulumi.yaml of the folder `root`."""
    return str(_read(root / "Pulumi.yaml")["name"])


def stack_names(root: Path) -> list[str]:
    """Return the names of the stacks that have a file in the folder `root`."""
    return sorted(path.name[len("Pulumi.") : -len(".yaml")] for path in root.glob("Pulumi.*.yaml"))


def written_config(root: Path, stack: str) -> dict[str, Any]:
    """Return what the files have: full key to value, encrypted or not.

    A value in Pulumi.<stack>.yaml replaces the whole default in Pulumi.yaml. Raises
    `StackFileError`.
    """
    declared = (_read(root / "Pulumi.yaml").get("config") or {}).items()
    defaults = {key: _default(each) for key, each in declared}
    project = project_name(root)
    written = file_config(root / f"Pulumi.{stack}.yaml")
    return {**full_keys(defaults, project), **full_keys(written, project)}


def file_config(path: Path) -> dict[str, Any]:
    """Return the settings in a stack's file. The CLI ignores what stands next to `config`."""
    document = _read(path)
    outside = sorted(document.keys() - _STACK_FILE_KEYS)
    if outside and "config" not in document:
        raise StackFileError(
            f"{path} has {', '.join(outside)} outside config: indent the settings below config:"
        )
    return document.get("config") or {}


def is_encrypted(value: Any) -> bool:
    """Return whether only the CLI can decrypt a value of a stack's file."""
    return isinstance(value, Mapping) and value.keys() == {"secure"}


def _default(declared: Any) -> Any:
    if not isinstance(declared, Mapping):
        return declared
    return declared.get("value", declared.get("default"))


def full_keys(config: Mapping[str, Any], project: str) -> dict[str, Any]:
    """Return configuration by full key: one without a namespace belongs to the project."""
    return {key if ":" in key else f"{project}:{key}": value for key, value in config.items()}


# Source: `ProjectStack` of the Pulumi SDK.
_STACK_FILE_KEYS = {
    *("config", "environment", "mainEnvironment"),
    *("secretsprovider", "encryptedkey", "encryptionsalt"),
}


def _read(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        json.dumps(document, allow_nan=False)
    except OSError as error:
        raise StackFileError(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StackFileError(f"{path} is not YAML: {error}") from error
    except (TypeError, ValueError, RecursionError) as error:
        raise StackFileError(
            f"{path} has a value that configuration cannot hold: {error}"
        ) from error
    if not isinstance(document, dict) or not isinstance(document.get("config") or {}, dict):
        raise StackFileError(f"{path} must be a map, and its config one too")
    return document
