"""What a deployment reports while it runs, and how it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Operation = Literal["create", "update", "same", "delete"]


class DeploymentError(Exception):
    """A deployment stopped; the message is for people, says why and where, and holds no secret."""


@dataclass(frozen=True)
class ResourceEvent:
    """One resource is done. `type` is Pulumi's token, `name` the logical name in the program."""

    operation: Operation
    type: str
    name: str


@dataclass(frozen=True)
class LogEvent:
    """What the program logged with `pulumi.log`; `severity` is `info`, `warning` or `error`."""

    severity: str
    text: str


Event = ResourceEvent | LogEvent
