"""The apps as the stack's configuration has them now, which may not be deployed yet."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from components.settings.files import StackFileError, file_config
from ops.errors import CommandError
from ops.pulumi_cli import ask_pulumi
from portal.value_types import OrganizationId


class ConfiguredApp(BaseModel):
    """The part of an app's configuration that merchants consent to.

    Attributes:
        organization_id: its own among the apps.
        name: as merchants see it.
        scopes: the OAuth scopes it needs, by their parameter names.
        multiple_users: whether users other than a store's owner may use it.
    """

    model_config = ConfigDict(alias_generator=to_camel, frozen=True)

    organization_id: OrganizationId
    name: Annotated[str, StringConstraints(min_length=1)]
    scopes: tuple[Annotated[str, StringConstraints(pattern="^[a-z0-9_]+$")], ...]
    multiple_users: bool = True


_APPS = TypeAdapter(tuple[ConfiguredApp, ...])


def apps_of_stack(stack: str) -> Mapping[str, ConfiguredApp]:
    """The apps that the Pulumi CLI finds in a stack's configuration, by organization id.

    Raises:
        CommandError: it finds none.
    """
    file = f"Pulumi.{stack.rpartition('/')[2]}.yaml"  # of a name qualified or not
    text = ask_pulumi(stack, "config", what="the configuration", otherwise=f"--config {file}")
    values = {
        key: each.get("objectValue", each.get("value")) for key, each in json.loads(text).items()
    }
    return _apps(values, f"the configuration of stack {stack}")


def apps_in_file(path: Path) -> Mapping[str, ConfiguredApp]:
    """The apps in a stack's file, such as Pulumi.dev.yaml, by organization id.

    Raises:
        CommandError: it cannot be read, or has none.
    """
    try:
        return _apps(file_config(path), str(path))
    except StackFileError as error:
        raise CommandError(str(error)) from None


def _apps(config: Mapping[Any, Any], where: str) -> Mapping[str, ConfiguredApp]:
    """The apps of a configuration by its keys, which may begin with the project's name."""
    values = {str(key).rpartition(":")[2]: value for key, value in config.items()}
    try:
        apps = _APPS.validate_python(values.get("apps"))
    except ValidationError:
        raise CommandError(
            f"The apps in {where} are none that can be deployed: pulumi preview says why"
        ) from None
    return {app.organization_id: app for app in apps}
