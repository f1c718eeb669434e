"""The provider of the component package: it makes an AppBackend of a consumer's inputs."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pulumi
from pulumi import UNKNOWN, contains_unknowns
from pulumi.errors import InputPropertyErrorDetails
from pulumi.output import Unknown
from pulumi.provider import ConstructResult, Provider

from components.app_backend import AppBackend
from components.settings.checks import SECRET_MAPS, settings_and_problems
from components.settings.model import Settings
from components.settings.problems import Problem
from components.settings.stack import name_problems, secrecy_warnings

SCHEMA = Path(__file__).with_name("schema.json")
TOKEN = "bigcommerce:index:AppBackend"


class BackendProvider(Provider):
    """Makes the package's one component, and reports wrong inputs by their paths."""

    def __init__(self) -> None:
        text = SCHEMA.read_text(encoding="utf-8")
        schema = json.loads(text)
        super().__init__(schema["version"], text)
        self._outputs = list(schema["resources"][TOKEN]["properties"])
        self._backends: dict[tuple[str, str], str] = {}

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """Return the component's URN and outputs, which wait until its inputs are read."""
        self._refuse_second(name)
        made: pulumi.Input[AppBackend] = _backend(name, inputs, options)
        backend = pulumi.Output.from_input(made)
        state = {each: backend.apply(partial(_output, each)) for each in self._outputs}
        return ConstructResult(backend.apply(lambda made: made.urn), state)

    def _refuse_second(self, name: str) -> None:
        """The URNs and the names of the AWS resources do not contain the component's name."""
        stack = (pulumi.get_project(), pulumi.get_stack())
        first = self._backends.setdefault(stack, name)
        if first != name:
            what = f"must be in the AppBackend {first!r}: a stack has only one"
            raise _wrong_inputs([Problem("apps", what)])


async def _backend(
    name: str, inputs: pulumi.Inputs, options: pulumi.ResourceOptions | None
) -> AppBackend:
    given = {key: pulumi.Output.from_input(value) for key, value in inputs.items()}
    values = {key: await each.future(with_unknowns=True) for key, each in given.items()}
    for warning in secrecy_warnings([key for key, each in given.items() if await each.is_secret()]):
        pulumi.log.warn(warning)
    for secrets in SECRET_MAPS.keys() & values.keys():
        if contains_unknowns(values[secrets]):
            values[secrets] = UNKNOWN
    needed = {resource for each in given.values() for resource in await each.resources()}
    waiting = pulumi.ResourceOptions(depends_on=list(needed))
    together = pulumi.ResourceOptions.merge(options, waiting)
    return AppBackend(name, _settings(values), together, packaged=True)


def _output(name: str, backend: AppBackend) -> pulumi.Input[Any]:
    return backend.outputs[name]


def _settings(values: Mapping[str, Any]) -> Settings:
    settings, problems = settings_and_problems(_readable(values))
    problems += name_problems()
    if settings is None or problems:
        raise _wrong_inputs(problems)
    return settings


def _readable(value: Any) -> Any:
    """Return a value as configuration has it; one that a preview does not know is an Output."""
    match value:
        case Unknown():
            return pulumi.Output.from_input(value)
        case dict():
            return {key: _readable(item) for key, item in value.items()}
        case list():
            return [_readable(item) for item in value]
        case float() if value.is_integer():  # protocol buffers have no integers
            return int(value)
        case _:
            return value


def _wrong_inputs(problems: Sequence[Problem]) -> pulumi.InputPropertiesError:
    """Return an error with the first problem at each path: the others follow from it."""
    reasons = {each.key: f"{each.what}." for each in reversed(problems)}
    errors: list[InputPropertyErrorDetails] = [
        # The CLI prints the value at a path: a secret too, and it crashes if that is unknown. With
        # a space after it, the path matches nothing.
        {"property_path": f"{path} ", "reason": reason}
        for path, reason in reversed(reasons.items())
    ]
    return pulumi.InputPropertiesError("its inputs are wrong", errors)
