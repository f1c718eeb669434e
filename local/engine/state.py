"""What a stack has deployed, kept in one private JSON file between deployments."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Resource:
    """A deployed resource.

    `inputs` are plain values as last deployed, `outputs` those AWS added to them. Both may hold
    secrets.
    """

    type: str
    name: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        """Type and logical name, which tell a stack's resources apart."""
        return self.type, self.name


class State:
    """A stack's resources, in the order in which they were last deployed."""

    def __init__(self, resources: Iterator[Resource] | list[Resource]) -> None:
        self._resources = {resource.key: resource for resource in resources}

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the state in the file at `path`, empty when there is none."""
        if not path.exists():
            return cls([])
        return cls(Resource(**fields) for fields in json.loads(path.read_text()))

    def write(self, path: Path) -> None:
        """Replace the file at `path`, readable by its owner only, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        new.unlink(missing_ok=True)
        with open(new, "w", opener=_private) as file:
            json.dump([asdict(resource) for resource in self], file)
        new.replace(path)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._resources.values())

    def get(self, key: tuple[str, str]) -> Resource | None:
        """Return the resource of that type and name, if it is deployed."""
        return self._resources.get(key)

    def put(self, resource: Resource) -> None:
        """Record a resource as the latest deployed."""
        self.remove(resource.key)
        self._resources[resource.key] = resource

    def remove(self, key: tuple[str, str]) -> None:
        """Forget a resource, if it is known."""
        self._resources.pop(key, None)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_EXCL, 0o600)
