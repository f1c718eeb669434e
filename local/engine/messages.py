"""What a deployment tells while it runs, and the JSON lines that carry it between processes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Operation = Literal["create", "update", "same", "delete"]
Severity = Literal["debug", "info", "warning", "error"]


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
    """A line the program logged with `pulumi.log` or printed (severity info)."""

    severity: Severity
    text: str


@dataclass(frozen=True)
class Finished:
    """The program ran to its end: its outputs by name, secrets unwrapped and named."""

    outputs: Mapping[str, Any]
    secret_outputs: list[str]


@dataclass(frozen=True)
class Failed:
    """The deployment stopped; the text is for people and holds no secret."""

    text: str


Event = ResourceEvent | LogEvent
Message = Event | Finished | Failed

_KINDS: dict[str, type[Message]] = {
    kind.__name__: kind for kind in (ResourceEvent, LogEvent, Finished, Failed)
}


def encode(message: Message) -> str:
    """Return the message as one line of JSON, without the line's end."""
    return json.dumps([type(message).__name__, asdict(message)])


def decode(line: str) -> Message:
    """Return the message that `encode` made a line of."""
    kind, fields = json.loads(line)
    return _KINDS[kind](**fields)
