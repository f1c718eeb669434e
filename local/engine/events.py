"""The events and the error of a deployment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Operation = Literal["create", "update", "same", "delete"]


class DeploymentError(Exception):
    """A deployment failed. The message names the reason and the resource, and no secret."""


@dataclass(frozen=True)
class ResourceEvent:
    """A resource is done. `type` is Pulumi's token, `name` the logical name in the program."""

    operation: Operation
    type: str
    name: str


@dataclass(frozen=True)
class LogEvent:
    """A message of `pulumi.log`. `severity` is `info`, `warning` or `error`."""

    severity: str
    text: str


Event = ResourceEvent | LogEvent
