"""The package's SDK for Python, with the provider in this process instead of the CLI's engine."""

import json
from types import ModuleType
from typing import Any

import pulumi
from pydantic.alias_generators import to_camel, to_snake

from package.provider import SCHEMA, TOKEN, BackendProvider

_TYPES = json.loads(SCHEMA.read_text(encoding="utf-8"))


class AppBackend:
    """Has an attribute for each output, as the generated class has."""

    def __init__(
        self, name: str, opts: pulumi.ResourceOptions | None = None, **arguments: Any
    ) -> None:
        inputs = _named(_TYPES["resources"][TOKEN]["inputProperties"], arguments)
        made = BackendProvider().construct(name, TOKEN, inputs, opts)
        for output, value in made.state.items():
            setattr(self, to_snake(output), value)


def sdk() -> ModuleType:
    module = ModuleType("pulumi_bigcommerce")
    module.__dict__["AppBackend"] = AppBackend
    for token, type_ in _TYPES["types"].items():
        if "properties" in type_:
            module.__dict__[f"{token.rpartition(':')[2]}Args"] = _arguments_class(type_)
    return module


def _arguments_class(type_: dict[str, Any]) -> Any:
    return lambda **arguments: _named(type_["properties"], arguments)


def _named(properties: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments by the names of the schema, which has each of them."""
    named = {to_camel(name): value for name, value in arguments.items()}
    assert named.keys() <= properties.keys()
    return named
