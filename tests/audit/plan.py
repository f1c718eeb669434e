"""The program's resources as a Terraform plan, which scanners read.

Pulumi's AWS provider is a bridge to Terraform's: each of its types and inputs is one of Terraform's
with another name. A block that can occur once is a map in the bridge, and a list in Terraform.
"""

import re
from typing import Any

from tests.components.recorder import Recording, Resource

# Inputs whose keys are the user's own: maps in Terraform too, and their names stay.
_MAPS = {"variables", "tags", "redrivePolicy"}


def terraform_plan(recording: Recording) -> dict[str, Any]:
    """The plan, in the form of `terraform show -json`."""
    resources = [_resource(each) for each in recording.resources if each.custom]
    changes = [
        {
            **{name: value for name, value in each.items() if name != "values"},
            "change": {"actions": ["create"], "before": None, "after": each["values"]},
        }
        for each in resources
    ]
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": []}},
    }


def _resource(resource: Resource) -> dict[str, Any]:
    # `aws:lambda/function:Function` is aws_lambda_function.
    module, _, name = resource.type.removeprefix("aws:").partition(":")[0].partition("/")
    type_ = f"aws_{module}_{_snake(name)}"
    return {
        "address": f"{type_}.{resource.name}",
        "mode": "managed",
        "type": type_,
        "name": resource.name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "schema_version": 0,
        "values": _block(resource.inputs),
    }


def _block(values: dict[str, Any]) -> dict[str, Any]:
    return {_snake(name): _value(name, value) for name, value in values.items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return value if name in _MAPS else [_block(value)]
    if isinstance(value, list):
        return [_block(item) if isinstance(item, dict) else item for item in value]
    return value


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", r"_\1", name).lower()
