"""Read the apps from the stack's configuration, which may not be deployed yet."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from ops.errors import CommandError
from ops.pulumi_cli import ask_pulumi
from portal.value_types import OrganizationId


class ConfiguredApp(BaseModel):
    """The part of an app's configuration that merchants consent to."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True)

    organization_id: OrganizationId
    name: Annotated[str, StringConstraints(min_length=1)]
    scopes: tuple[Annotated[str, StringConstraints(pattern="^[a-z0-9_]+$")], ...]
    multiple_users: bool = True


_APPS = TypeAdapter(tuple[ConfiguredApp, ...])


def apps_of_stack(stack: str) -> Mapping[str, ConfiguredApp]:
    """Return the apps in the Pulumi CLI's configuration of a stack, by organization ID.

    Raises:
        CommandError: the CLI failed, or there are no valid apps.
    """
    file = f"Pulumi.{stack.rpartition('/')[2]}.yaml"  # without organization and project
    text = ask_pulumi(stack, "config", what="the configuration", otherwise=f"--config {file}")
    values = {
        key: each.get("objectValue", each.get("value")) for key, each in json.loads(text).items()
    }
    return _apps(values, f"the configuration of stack {stack}")


def apps_in_file(path: Path) -> Mapping[str, ConfiguredApp]:
    """Return the apps in a stack's file, such as Pulumi.dev.yaml, by organization ID.

    Raises:
        CommandError: the file cannot be read, or there are no valid apps.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"Could not read {path}: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise CommandError(f"{path} is not YAML in UTF-8.") from None
    config = document.get("config") if isinstance(document, dict) else None
    return _apps(config if isinstance(config, dict) else {}, str(path))


def _apps(config: Mapping[Any, Any], where: str) -> Mapping[str, ConfiguredApp]:
    """Return the apps of a configuration; its keys may begin with the project's name."""
    values = {str(key).rpartition(":")[2]: value for key, value in config.items()}
    try:
        apps = _APPS.validate_python(values.get("apps"))
    except ValidationError:
        raise CommandError(
            f"{where} has no valid apps. To see what is wrong, run pulumi preview."
        ) from None
    return {app.organization_id: app for app in apps}
