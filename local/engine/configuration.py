"""A stack's configuration, from the files and in the form that the Pulumi CLI gives it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import ConstructorError

from local.engine.events import DeploymentError


def project_name(root: Path) -> str:
    """Return the name in the Pulumi.yaml of the folder `root`."""
    return str(_read(root / "Pulumi.yaml")["name"])


def stack_config(root: Path, stack: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stack's configuration: full key (`project:key`) to plain value.

    `overrides` come last, by keys as in the files. Raises `DeploymentError` as `written_config`
    does, and for an encrypted value, which only the CLI can decrypt.
    """
    project = project_name(root)
    last = {_full(key, project): value for key, value in overrides.items()}
    merged = {**written_config(root, stack), **last}
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
        for key, declared in (_read(root / "Pulumi.yaml").get("config") or {}).items()
    }
    stack_file = _stack_file_config(root / f"Pulumi.{stack}.yaml")
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


def _stack_file_config(path: Path) -> dict[str, Any]:
    """The settings in a stack's file. The Pulumi CLI ignores what stands next to `config`."""
    document = _read(path)
    outside = sorted(document.keys() - _STACK_FILE_KEYS)
    if outside and "config" not in document:
        raise DeploymentError(
            f"{path} has {', '.join(outside)} outside config: indent the settings below config:"
        )
    return document.get("config") or {}


# Source: `ProjectStack` of the Pulumi SDK.
_STACK_FILE_KEYS = {
    *("config", "environment", "mainEnvironment"),
    *("secretsprovider", "encryptedkey", "encryptionsalt"),
}
_TWICE = "{} is there twice: remove one"


class _Loader(yaml.SafeLoader):
    """Reads each key of a map once, and what looks like a date as text, as the Pulumi CLI does."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A map of text to value, from its own keys: those that are merged in yield to them."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ConstructorError(None, None, "a key must be text", key.start_mark)
            if key.value in seen:
                raise ConstructorError(None, None, _TWICE.format(key.value), key.start_mark)
            seen.add(key.value)
        found = super().construct_mapping(node, deep)
        return {str(key): value for key, value in found.items()}


_Loader.yaml_implicit_resolvers = {
    first: [each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _read(path: Path) -> dict[str, Any]:
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), _Loader) or {}  # noqa: S506
    except OSError as error:
        raise DeploymentError(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DeploymentError(f"{path} is not YAML: {error}") from error
    try:
        json.dumps(document, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise DeploymentError(
            f"{path} has a value that configuration cannot hold ({error}): write texts, numbers, "
            "lists and maps, without tags"
        ) from error
    if not isinstance(document, dict) or not isinstance(document.get("config") or {}, dict):
        raise DeploymentError(f"{path} must be a map, and its config one too")
    return document
