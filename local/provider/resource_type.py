"""A resource type, as a row of resource_types.yaml describes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from local.provider import functions
from local.provider.values import Values


@dataclass(frozen=True)
class ResourceType:
    """How one Pulumi resource type is kept in AWS.

    An operation is the name of a boto3 method, or of a function in functions.py. A method receives
    the inputs that it has parameters for, in AWS's spelling (`routeKey` is `RouteKey`). The update
    sets the inputs that the create has no parameter for. Templates are format strings over inputs
    and outputs, AWS's answer, `id` and its parts `ids` between `|`, `region` and `account`. A list
    of inputs is one text, separated by spaces.

    Attributes:
        token: Pulumi's name of the type.
        operations: the create, the description and, unless another deletes it, the delete.
        id: its id, a template over the answer to the create.
        key: the arguments that name it, as templates.
        service: boto3's name of the service, if it is not the token's.
        immutable: inputs that replace the resource if they change.
        updates: the operations that change other inputs; a list is one call per entry.
        unset: by input, the operation that removes the setting.
        unset_when: values that mean no setting, like None.
        other: inputs that no update names: read at deletion only, or part of another's shape.
        names: the names of inputs and their members in AWS, if they differ.
        defaults: AWS's values for absent inputs, so that a removed input is reset.
        shape: the function that changes settings to the form that operations take.
        outputs: what AWS adds to the inputs: templates over its description, or functions of it.
        tags: the operations that add, remove and read tags. The AWS provider needs permission for
            all three.
        exists: a template of a JMESPath expression, true if the description shows the resource.
        waiters: the waiters after each change; `…_not_exists` runs only after the delete.
    """

    token: str
    operations: Sequence[str]
    id: str
    key: Values = field(default_factory=dict)
    service: str = ""
    immutable: str = ""
    updates: Values = field(default_factory=dict)
    unset: Values = field(default_factory=dict)
    unset_when: tuple[Any, ...] = (0,)
    other: str = ""
    names: Values = field(default_factory=dict)
    defaults: Values = field(default_factory=dict)
    shape: str = ""
    outputs: Values = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    exists: str = ""
    waiters: tuple[str, ...] = ()

    @cached_property
    def immutable_inputs(self) -> frozenset[str]:
        """The inputs that replace the resource if they change."""
        return frozenset(self.immutable.split())

    @cached_property
    def inputs(self) -> frozenset[str]:
        """All allowed inputs."""
        updated = [name for _, names in self.each_update() for name in names]
        others = [*self.other.split(), "tags"] if self.tags else self.other.split()
        return self.immutable_inputs.union(updated, others)

    def each_update(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each update's operation and its inputs."""
        for operation, texts in self.updates.items():
            for text in [texts] if isinstance(texts, str) else texts:
                yield operation, text.split()

    def settings(self, inputs: Values) -> Values:
        """Return inputs as operations take them."""
        settings = {**self.defaults, **inputs}
        return getattr(functions, self.shape)(settings) if self.shape else settings


def _read() -> dict[str, ResourceType]:
    text = Path(__file__).with_name("resource_types.yaml").read_text(encoding="utf-8")
    rows = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    types = {}
    for token, row in rows.items():
        service = token.split(":")[1].split("/")[0]
        types[token] = ResourceType(token=token, **{"service": service, **row})
    return types


RESOURCE_TYPES = _read()
