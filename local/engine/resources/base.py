"""What the engine asks of each resource type."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from local.aws import Aws
from local.engine.errors import EngineError

Inputs = Mapping[str, Any]
"""A resource's inputs by their Pulumi (camelCase) names, as plain values."""
Outputs = dict[str, Any]
"""What AWS adds to the inputs, by Pulumi names."""


@dataclass(frozen=True)
class Created:
    """A resource AWS has made: its id, as the AWS provider gives it, and outputs."""

    id: str
    outputs: Outputs = field(default_factory=dict)


class ResourceType(ABC):
    """How one Pulumi resource type is created and deleted in AWS.

    `immutable` names the inputs that cannot change in the life of a resource: another value
    replaces it. An input that is in neither set of a type is refused.
    """

    token: ClassVar[str]
    immutable: ClassVar[frozenset[str]]

    def __init__(self, aws: Aws) -> None:
        self.aws = aws

    @property
    def known(self) -> frozenset[str]:
        """Every input the type takes."""
        return self.immutable

    @abstractmethod
    def create(self, inputs: Inputs) -> Created:
        """Create the resource. Raises botocore's errors."""

    @abstractmethod
    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Delete the resource that was deployed with `inputs`. Raises botocore's errors."""


class UpdatableType(ResourceType):
    """A resource type of which the inputs in `mutable` change in place."""

    mutable: ClassVar[frozenset[str]]

    @property
    def known(self) -> frozenset[str]:
        """Every input the type takes."""
        return self.immutable | self.mutable

    @abstractmethod
    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Bring the resource from `old` inputs to `new`; return the outputs that changed."""


def renamed(value: Inputs, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the entries of `value` under AWS's names.

    Raises `EngineError` for an entry that `names` lacks: nothing is left out unsaid.
    """
    unknown = sorted(value.keys() - names.keys())
    if unknown:
        raise EngineError(f"the embedded engine does not know the input {', '.join(unknown)}")
    return {names[name]: item for name, item in value.items()}


def changed(old: Inputs, new: Inputs) -> set[str]:
    """Return the names whose values differ, absent being a value too."""
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def retag(
    old: Inputs,
    new: Inputs,
    tag: Callable[[dict[str, str]], object],
    untag: Callable[[list[str]], object],
) -> None:
    """Call `tag` with the tags to set and `untag` with the keys to remove, where there are any."""
    before, after = old.get("tags", {}), new.get("tags", {})
    added = {key: value for key, value in after.items() if before.get(key) != value}
    if added:
        tag(added)
    removed = sorted(before.keys() - after.keys())
    if removed:
        untag(removed)


def tag_list(tags: Mapping[str, str]) -> list[Any]:
    """Return tags as most AWS services take them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
