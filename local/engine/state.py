"""What a stack has deployed, kept in one private JSON file between deployments."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Resource:
    """A deployed resource, with inputs and outputs as on the wire. Both may hold secrets."""

    urn: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


State = dict[str, Resource]
"""A stack's resources by URN, in the order in which they were created."""


def read_state(path: Path) -> State:
    """Return the state in the file at `path`, empty when there is none."""
    if not path.exists():
        return {}
    resources = [Resource(**fields) for fields in json.loads(path.read_text())]
    return {resource.urn: resource for resource in resources}


def write_state(path: Path, state: State) -> None:
    """Replace the file at `path`, readable by its owner only, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with open(new, "w", opener=_private) as file:
        json.dump([asdict(resource) for resource in state.values()], file)
    new.replace(path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_EXCL, 0o600)
