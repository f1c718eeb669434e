"""Every resource's URN and fixed inputs: an upgrade must not change them.

`python -m tests.resources` writes resources.yaml. A resource that was renamed stays under its first
URN as long as it has an alias for it.
"""

from pathlib import Path
from typing import Any

import yaml

from local.provider.resource_type import RESOURCE_TYPES
from tests.components.recorder import Recording, Resource, address
from tests.components.recordings import Recorder
from tests.components.stacks import AWAITING, EVERYTHING
from tests.permissions import normalized

FILE = Path(__file__).with_suffix(".yaml")
# A change of these keeps the table, but AWS builds the index or the stream again.
_REBUILT = {"globalSecondaryIndexes", "streamEnabled", "streamViewType"}

Listed = dict[str, dict[str, Any]]


def listed() -> dict[str, Listed]:
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def dumped(stacks: dict[str, Listed]) -> str:
    return yaml.safe_dump(stacks, default_flow_style=None, width=1000)


def registered(record: Recorder, known: dict[str, Listed]) -> dict[str, Listed]:
    """Return what the program registers, by stack. `known` is what resources.yaml lists."""
    stacks = {"largest stack": record(EVERYTHING), "smallest stack": record(AWAITING)}
    return {name: resources(stack, known.get(name, {})) for name, stack in stacks.items()}


def resources(recording: Recording, known: Listed) -> Listed:
    """Return the fixed inputs of each resource, by its known URN."""
    return {_known_address(each, known): _fixed(each) for each in recording.resources}


def _known_address(resource: Resource, known: Listed) -> str:
    aliases = map(address, resource.aliases)
    return next((each for each in aliases if each in known), resource.address)


def _fixed(resource: Resource) -> dict[str, Any]:
    """Return the inputs that local.provider cannot update, and those in `_REBUILT`.

    Secrets and ignored inputs are left out.
    """
    if not resource.custom:
        return {}
    kind = RESOURCE_TYPES[resource.type]
    changeable = kind.inputs - kind.immutable_inputs - _REBUILT
    left_out = {*changeable, *resource.secret_inputs, *resource.ignored}
    return {
        name: normalized(value) for name, value in resource.inputs.items() if name not in left_out
    }


if __name__ == "__main__":
    FILE.write_text(dumped(registered(Recorder(), listed())), encoding="utf-8")
