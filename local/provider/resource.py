"""A resource in AWS, and the calls that its type's row describes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from contextlib import suppress
from typing import Any

import jmespath
from botocore.exceptions import BotoCoreError, ClientError

from local.aws import Aws
from local.provider import functions
from local.provider.resource_type import ResourceType
from local.provider.values import Archive, ProviderError, Values, changed

# AWS's error codes for a resource that does not exist.
_GONE = {
    "NotFoundException",
    "ResourceNotFoundException",
    "NoSuchEntity",
    "NoSuchHostedZone",
    "NotFound",
    "QueueDoesNotExist",
    "AWS.SimpleQueueService.NonExistentQueue",
    "ResourceNotFound",
}
_WAITING = {"Delay": 0.05, "MaxAttempts": 1200}


class Resource:
    """A resource by its type, ID and state, which is its plain inputs and outputs.

    All methods raise botocore's errors, and `ProviderError` for an input without a parameter.
    """

    def __init__(self, aws: Aws, kind: ResourceType, resource_id: str, state: Values) -> None:
        self.id = resource_id
        self._aws = aws
        self._kind = kind
        self._state = state
        self._client = aws.client(kind.service)

    @classmethod
    def create(cls, aws: Aws, kind: ResourceType, inputs: Values) -> tuple[str, Values]:
        """Create a resource, or nothing if a step fails; return its ID and outputs."""
        new = cls(aws, kind, "", inputs)
        operation, settings = kind.operations[0], kind.settings(inputs)
        new.id = new._filled(kind.id, new._run(operation, settings) or {})
        try:
            new._wait()
            new._change({}, settings, {name for name in inputs if new._is_left(name)})
            return new.id, new.outputs()
        except BaseException:
            with suppress(BotoCoreError, ClientError):
                new.delete()
            raise

    def outputs(self) -> Values:
        """Return what AWS adds to the inputs. Raises `LookupError` if the resource is gone."""
        answer = self._described()
        outputs = {
            name: getattr(functions, output)(answer, self._state)
            if hasattr(functions, output)
            else self._filled(output, answer)
            for name, output in self._kind.outputs.items()
        }
        self._state = {**self._state, **outputs}
        for operation in self._kind.tags[2:]:
            self._run(operation, {})
        return outputs

    def update(self, old: Values, new: Values) -> Values:
        """Change the resource from `old` inputs to `new`; return its outputs."""
        before, after = self._kind.settings(old), self._kind.settings(new)
        self._change(before, after, changed(before, after))
        self._retag(old.get("tags", {}), new.get("tags", {}))
        self._state = {**self._state, **new}
        return self.outputs()

    def delete(self) -> None:
        """Delete the resource, if it still exists."""
        with suppress(LookupError):
            self._described()
            for operation in self._kind.operations[2:]:
                self._run(operation, self._kind.settings(self._state))
            self._wait(deleted=True)

    def _described(self) -> Any:
        """Return AWS's description of the resource. Raises `LookupError` if it is gone."""
        try:
            answer = self._run(self._kind.operations[1], self._state, ())
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise
            raise LookupError(self.id) from error
        if self._kind.exists and not jmespath.search(self._filled(self._kind.exists, {}), answer):
            raise LookupError(self.id)
        return answer

    def _is_left(self, name: str) -> bool:
        """Return whether an input remains to be set, because the create has no parameter for it."""
        create = self._kind.operations[0]
        return not hasattr(functions, create) and not self._parameter(self._shape(create), name)

    def _change(self, before: Values, after: Values, names: Set[str]) -> None:
        """Call the updates of the inputs with these names."""
        for operation, inputs in self._kind.each_update():
            if names.isdisjoint(inputs):
                continue
            unset = self._kind.unset.get(inputs[0])
            if unset and after.get(inputs[0]) in (None, *self._kind.unset_when):
                self._run(unset, after, (), before)
            elif not after.keys().isdisjoint(inputs):
                self._run(operation, after, inputs, before)
            self._wait()

    def _retag(self, before: Values, after: Values) -> None:
        if added := {key: value for key, value in after.items() if before.get(key) != value}:
            self._run(self._kind.tags[0], {"tags": added})
        if removed := sorted(before.keys() - after.keys()):
            self._run(self._kind.tags[1], {"tagKeys": removed})

    def _run(
        self,
        operation: str,
        settings: Values,
        names: Iterable[str] | None = None,
        before: Values | None = None,
    ) -> Any:
        """Call a boto3 method with the resource's key and the settings that it has parameters for.

        `names` are the settings to pass, by default all. A function receives all of them.
        """
        if hasattr(functions, operation):
            return getattr(functions, operation)(self._client, self.id, settings, before or {})
        shape = self._shape(operation)
        arguments = self._key(shape)
        for name in settings if names is None else settings.keys() & set(names):
            if parameter := self._parameter(shape, name):
                arguments[parameter] = self._argument(shape.members[parameter], settings[name])
        return getattr(self._client, operation)(**arguments)

    def _shape(self, method: str) -> Any:
        """Return botocore's description of a method's parameters."""
        operation = self._client.meta.method_to_api_mapping.get(method, method)
        return self._client.meta.service_model.operation_model(operation).input_shape

    def _key(self, shape: Any) -> dict[str, Any]:
        templates = self._kind.key.items()
        texts = {name: self._filled(text, {}) for name, text in templates if name in shape.members}
        lists = {name for name in texts if shape.members[name].type_name == "list"}
        return {name: [text] if name in lists else text for name, text in texts.items()}

    def _parameter(self, shape: Any, name: str) -> str | None:
        """Return the structure's member for an input, in AWS's spelling."""
        spellings = {member.lower(): member for member in shape.members}
        names = self._kind.names.get(name, name).lower().split()
        return next((spellings[each] for each in names if each in spellings), None)

    def _argument(self, shape: Any, value: Any) -> Any:
        """Return a value in the form that a parameter of this shape takes."""
        match shape.type_name, value:
            case "structure", Archive():
                value = {"zipFile": value}
            case "blob", Archive():
                return value.content
            case "list", Mapping() if _is_pair(shape.member):
                key, text = shape.member.members
                value = [{key: name, text: item} for name, item in value.items()]
            case "list", Mapping():  # in Pulumi, the only entry of a list is an object
                value = [value]
        match shape.type_name, value:
            case "structure", Mapping():
                return dict(self._entry(shape, name, item) for name, item in value.items())
            case "list", list():
                return [self._argument(shape.member, item) for item in value]
            case "map", Mapping():
                return {name: self._argument(shape.value, item) for name, item in value.items()}
        return value

    def _entry(self, shape: Any, name: str, value: Any) -> tuple[str, Any]:
        member = self._parameter(shape, name)
        if member is None:
            raise ProviderError(f"the embedded AWS does not know the input {name}")
        return member, self._argument(shape.members[member], value)

    def _filled(self, template: str, answer: Values) -> str:
        own = {"id": self.id, "ids": self.id.split("|"), "region": self._aws.region}
        account = {"account": self._aws.account_id} if "{account}" in template else {}
        return template.format_map(
            {**self._kind.defaults, **answer, **self._state, **own, **account}
        )

    def _wait(self, *, deleted: bool = False) -> None:
        for name in self._kind.waiters:
            if name.endswith("_not_exists") == deleted:
                waiter = self._client.get_waiter(name)
                waiter.wait(
                    WaiterConfig=_WAITING, **self._key(self._shape(waiter.config.operation))
                )


def _is_pair(shape: Any) -> bool:
    """Return whether the entries are pairs: tags, or the dimensions of a metric."""
    pairs = (["Key", "Value"], ["TagKey", "TagValue"], ["Name", "Value"])
    return list(shape.members) in pairs
