"""Read the apps from the stack's configuration, which may not be deployed yet."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

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
    """Return the apps in the Pulumi CLI's configuration of a stack, by organization ID."""
    config: dict[str, Any] = json.loads(ask_pulumi(stack, "config", what="the configuration"))
    # The keys begin with the project's name.
    apps: Any = next((each for key, each in config.items() if key.endswith(":apps")), {})
    try:
        valid = _APPS.validate_python(apps.get("objectValue"))
    except ValidationError:
        raise CommandError(
            f"The configuration of stack {stack} has no valid apps. To see what is wrong, run "
            f"pulumi preview --stack {stack}"
        ) from None
    return {app.organization_id: app for app in valid}
