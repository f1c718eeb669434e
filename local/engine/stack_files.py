"""Reads a stack's configuration from the project's files, as the Pulumi CLI does."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

# The same loader in C is ten times as fast. A PyYAML that was built without libyaml lacks it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class StackFileError(Exception):
    """A file is missing, unreadable or malformed."""


def project_name(root: Path) -> str:
    """Return the name in the Pulumi.yaml of the folder `root`."""
    return str(_read(root / "Pulumi.yaml")["name"])


def written_config(root: Path, stack: str) -> dict[str, Any]:
    """Return a stack's settings by full key, encrypted or not.

    A value in Pulumi.<stack>.yaml replaces the whole default in Pulumi.yaml. Raises
    `StackFileError`.
    """
    declared = (_read(root / "Pulumi.yaml").get("config") or {}).items()
    defaults = {key: _default(each) for key, each in declared}
    project = project_name(root)
    written = file_config(root / f"Pulumi.{stack}.yaml")
    return {**full_keys(defaults, project), **full_keys(written, project)}


def file_config(path: Path) -> dict[str, Any]:
    """Return the settings in a stack's file, by key."""
    return _read(path).get("config") or {}


def is_encrypted(value: Any) -> bool:
    """Return whether a value is encrypted, so that only the CLI can read it."""
    return isinstance(value, Mapping) and value.keys() == {"secure"}


def _default(declared: Any) -> Any:
    if not isinstance(declared, Mapping):
        return declared
    return declared.get("value", declared.get("default"))


def full_keys(config: Mapping[str, Any], project: str) -> dict[str, Any]:
    """Return configuration by full key. A key without a namespace is the project's."""
    return {key if ":" in key else f"{project}:{key}": value for key, value in config.items()}


def _read(path: Path) -> dict[str, Any]:
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), _LOADER) or {}  # noqa: S506
        json.dumps(document, allow_nan=False)
    except OSError as error:
        raise StackFileError(f"Could not read {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StackFileError(f"{path} is not YAML: {error}") from error
    except (TypeError, ValueError, RecursionError) as error:
        raise StackFileError(
            f"{path} has a value that is not valid in configuration: {error}"
        ) from error
    if not isinstance(document, dict) or not isinstance(document.get("config") or {}, dict):
        raise StackFileError(f"{path} and its config must be maps")
    return document
