"""How big Pulumi's state is, from what the program registers: no engine is needed to know it."""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from google.protobuf.json_format import MessageToDict
from pulumi.runtime.mocks import MockMonitor, Mocks

from local.provider.values import is_secret

PROJECT = Path(__file__).resolve().parent.parent
TIME = "2026-01-01T00:00:00.123456789Z"
PROVIDER = "urn:pulumi:bench::bigcommerce::pulumi:providers:aws::default_7_51_1::" + "0" * 36


class StateMonitor(MockMonitor):
    """Answers as the SDK's mock does, and keeps each request and its answer."""

    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self._registered: list[tuple[Any, Any]] = []
        self._outputs: list[Any] = []

    def RegisterResource(self, request: Any) -> Any:
        """Register a resource."""
        answer = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        self._registered.append((request, answer))
        return answer

    def RegisterResourceOutputs(self, request: Any) -> Any:
        """Register what a component, or the stack, gives."""
        self._outputs.append(request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]

    def bytes(self) -> int:
        """The size of the state, as JSON without spaces."""
        kept = [_resource(request, answer) for request, answer in self._registered]
        outputs = [_values(each) for each in self._outputs]
        return sum(len(json.dumps(each, separators=(",", ":"))) for each in (*kept, *outputs))


def _resource(request: Any, answer: Any) -> dict[str, Any]:
    """A resource as the engine keeps it: version 3 of its deployments."""
    inputs = _values(request.object)
    of_provider = {
        "id": answer.id,
        "inputs": inputs,
        "outputs": _values(answer.object) | inputs,
        "provider": PROVIDER,
        "dependencies": list(request.dependencies),
        "propertyDependencies": {
            name: list(each.urns) for name, each in request.propertyDependencies.items()
        },
        "additionalSecretOutputs": list(request.additionalSecretOutputs),
        "protect": request.protect,
    }
    kept = {
        "urn": answer.urn,
        "custom": request.custom,
        "type": request.type,
        "parent": request.parent,
        "created": TIME,
        "modified": TIME,
        "sourcePosition": _position(request.sourcePosition),
        "stackTrace": [
            {"sourcePosition": _position(frame.pc)} if frame.pc.uri else {}
            for frame in request.stackTrace.frames
        ],
    }
    # A field without a value is left out.
    return {
        name: value
        for name, value in {**kept, **(of_provider if request.custom else {})}.items()
        if value not in (None, [], {}, "") and (value is not False or name == "custom")
    }


def _values(struct: Any) -> dict[str, Any]:
    """Properties, the secrets among them encrypted: AES-GCM with its nonce, in base64."""
    values: dict[str, Any] = MessageToDict(struct)
    for name, value in values.items():
        if is_secret(value):
            length = len(json.dumps(value.pop("value"))) + 16
            values[name] = value | {"ciphertext": "v1:" + "0" * 17 + "0" * (-(-length // 3) * 4)}
    return values


def _position(position: Any) -> str:
    """A line of a file, from the project's folder on."""
    path = os.path.relpath(urlsplit(position.uri).path, PROJECT)
    return f"project:///{path}#{position.line}"
