"""What a resource type is, as data, and the AWS calls that follow from it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.aws import Aws
from local.provider.errors import ProviderError
from local.provider.values import Archive, Values, changed

Call = Callable[[Any, str, Values, Values], Any]
"""Of the boto3 client, the resource's id, its inputs, and those it had before."""
Operation = str | Call
"""A method of the service's boto3 client, or a function in its place."""

# AWS's ways to say that a resource is not there.
_GONE = frozenset({"NotFoundException", "ResourceNotFoundException", "NoSuchEntity"})
_NOTHING: Values = {}
_WAITING = {"Delay": 0.05, "MaxAttempts": 1200}


@dataclass(frozen=True)
class Update:
    """A change in place of some inputs, made when one of them differs.

    Attributes:
        operation: what sets them; it is given all of `inputs` that are there.
        inputs: their names.
        off: the operation that takes the setting away, where its input is in `off_when`.
        off_when: values of the only input that stand for no setting; None is an absent one.
    """

    operation: Operation
    inputs: tuple[str, ...]
    off: Operation | None = None
    off_when: tuple[Any, ...] = (None, 0, False)


@dataclass(frozen=True)
class ResourceType:
    """How one Pulumi resource type is kept in AWS.

    An input's name in AWS is its Pulumi name in AWS's spelling (`routeKey` is `RouteKey`), read
    off the operation's own parameters; an operation is given what it has a parameter for, and each
    create is followed by the updates for inputs it had none for. Templates (`id`, `key`, `outputs`)
    are format strings over the inputs and outputs, AWS's answer, `id` and its parts `ids` between
    `|`, `region` and `account`.

    Attributes:
        token: Pulumi's name of the type.
        service: boto3's name of the service.
        create: what makes it.
        read: what describes it.
        delete: what deletes it; None where AWS has no way to.
        id: its id, a template over the answer to `create`.
        key: the arguments that name it, as templates, for whichever operation has them.
        immutable: the inputs of which another value replaces it.
        updates: how the others change.
        other_inputs: those that no update names: only read at deletion, or given another shape.
        names: names in AWS of inputs that are called otherwise there, separated by spaces.
        defaults: what AWS assumes for inputs that are not given, so that one taken away is reset.
        shaped: gives inputs another shape, which `updates` and operations then see.
        outputs: what AWS adds to the inputs: a template or function of the answer to `read`.
        tags: the operations that add and that remove tags.
        exists: whether an answer to `read`, with the resource's state, shows the resource.
        ready: waiters for the end of a create or update.
        deleted: waiter for the end of a delete.
        gone: further error codes that say it is not there.
    """

    token: str
    service: str
    create: Operation
    read: Operation
    delete: Operation | None
    id: str
    key: Mapping[str, str]
    immutable: tuple[str, ...] = ()
    updates: tuple[Update, ...] = ()
    other_inputs: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    defaults: Values = field(default_factory=dict)
    shaped: Callable[[Values], Values] = lambda inputs: inputs
    outputs: Mapping[str, str | Callable[[Any, Values], Any]] = field(default_factory=dict)
    tags: tuple[str, str] | None = None
    exists: Callable[[Any, Values], bool] = lambda _answer, _state: True
    ready: tuple[str, ...] = ()
    deleted: str | None = None
    gone: frozenset[str] = frozenset()

    @cached_property
    def inputs(self) -> frozenset[str]:
        """Every input it takes; another is refused."""
        updated = [name for update in self.updates for name in update.inputs]
        tags = ["tags"] if self.tags else []
        return frozenset([*self.immutable, *updated, *self.other_inputs, *tags])

    def settings(self, inputs: Values) -> Values:
        """The inputs as operations take them: with defaults, and in shape."""
        return self.shaped({**self.defaults, **inputs})


class Resource:
    """One resource in AWS, known by its type, id and state: inputs and outputs, plain.

    All methods raise botocore's errors, and `ProviderError` for what AWS has no parameter for.
    """

    def __init__(self, aws: Aws, kind: ResourceType, resource_id: str, state: Values) -> None:
        self.id = resource_id
        self._aws = aws
        self._kind = kind
        self._state = state
        self._client = aws.client(kind.service)

    @classmethod
    def create(cls, aws: Aws, kind: ResourceType, inputs: Values) -> tuple[str, Values]:
        """Make a resource, whole or not at all; return its id and outputs."""
        new = cls(aws, kind, "", inputs)
        settings = kind.settings(inputs)
        new.id = new._filled(kind.id, new._run(kind.create, settings) or {})
        try:
            new._wait(*kind.ready)
            new._change({}, settings, {name for name in inputs if new._is_left(name)})
            return new.id, new.outputs()
        except BaseException:
            with suppress(BotoCoreError, ClientError):
                new.delete()
            raise

    def outputs(self) -> Values:
        """Return what AWS adds to the inputs. Raises `LookupError` for a resource that is gone."""
        answer = self._unless_gone(lambda: self._run(self._kind.read, self._state, ()))
        if answer is None or not self._kind.exists(answer, self._state):
            raise LookupError(self.id)
        return {
            name: output(answer, self._state) if callable(output) else self._filled(output, answer)
            for name, output in self._kind.outputs.items()
        }

    def update(self, old: Values, new: Values) -> Values:
        """Bring the resource from `old` inputs to `new`; return its outputs."""
        before, after = self._kind.settings(old), self._kind.settings(new)
        self._change(before, after, changed(before, after))
        self._retag(old.get("tags", {}), new.get("tags", {}))
        self._state = {**self._state, **new}
        return self.outputs()

    def delete(self) -> None:
        """Delete the resource, if it is still there."""
        if self._kind.delete is None:
            return
        delete, settings = self._kind.delete, self._kind.settings(self._state)
        self._unless_gone(lambda: self._run(delete, settings))
        if self._kind.deleted:
            self._wait(self._kind.deleted)

    def _is_left(self, name: str) -> bool:
        """Whether an input is still to be set after the create, which has no parameter for it."""
        create = self._kind.create
        if callable(create):
            return False
        return not self._parameter(self._shape(self._api_operation(create)), name)

    def _change(self, before: Values, after: Values, names: set[str]) -> None:
        """Make the updates that concern inputs of these names."""
        for update in self._kind.updates:
            if not names.intersection(update.inputs):
                continue
            if update.off and after.get(update.inputs[0]) in update.off_when:
                self._run(update.off, after, (), before)
            elif not after.keys().isdisjoint(update.inputs):
                self._run(update.operation, after, update.inputs, before)
            self._wait(*self._kind.ready)

    def _retag(self, before: Values, after: Values) -> None:
        if added := {key: value for key, value in after.items() if before.get(key) != value}:
            self._run(self._kind.tags[0], {"tags": added})
        if removed := sorted(before.keys() - after.keys()):
            self._run(self._kind.tags[1], {"tagKeys": removed})

    def _run(
        self,
        operation: Operation,
        inputs: Values,
        names: Collection[str] | None = None,
        before: Values = _NOTHING,
    ) -> Any:
        """Run an operation with the resource's key and the inputs it has parameters for.

        `names` are those of the inputs to give, all if None. A function sees all of them.
        """
        if callable(operation):
            return operation(self._client, self.id, inputs, before)
        shape = self._shape(self._api_operation(operation))
        arguments = self._key(shape)
        for name in inputs if names is None else inputs.keys() & names:
            if parameter := self._parameter(shape, name):
                arguments[parameter] = _argument(shape.members[parameter], inputs[name])
        return getattr(self._client, operation)(**arguments)

    def _api_operation(self, method: str) -> str:
        return str(self._client.meta.method_to_api_mapping[method])

    def _shape(self, api_operation: str) -> Any:
        return self._client.meta.service_model.operation_model(api_operation).input_shape

    def _key(self, shape: Any) -> dict[str, Any]:
        """Return those of the arguments that name the resource for which there is a parameter."""
        templates = self._kind.key.items()
        return {name: self._filled(text, {}) for name, text in templates if name in shape.members}

    def _parameter(self, shape: Any, name: str) -> str | None:
        """Return the parameter that takes an input, if the operation has one."""
        return _spelled(shape, self._kind.names.get(name, name))

    def _filled(self, template: str, answer: Values) -> str:
        own = {"id": self.id, "ids": self.id.split("|"), "region": self._aws.region}
        account = {"account": self._aws.account_id} if "{account}" in template else {}
        return template.format_map({**answer, **self._state, **own, **account})

    def _wait(self, *waiters: str) -> None:
        for name in waiters:
            waiter = self._client.get_waiter(name)
            key = self._key(self._shape(waiter.config.operation))
            waiter.wait(WaiterConfig=_WAITING, **key)

    def _unless_gone(self, call: Callable[[], Any]) -> Any:
        """Return what the call gives; None where AWS says that the resource is not there."""
        try:
            return call()
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE | self._kind.gone:
                raise
            return None


def _spelled(shape: Any, names: str) -> str | None:
    """Return the member of a structure that has one of these names, in AWS's spelling."""
    spellings = {name.lower(): name for name in shape.members}
    return next((spellings[name] for name in names.lower().split() if name in spellings), None)


def _argument(shape: Any, value: Any) -> Any:
    """Return a value as a parameter of this shape takes it."""
    match shape.type_name, value:
        case "structure", Archive():
            return {"ZipFile": value.content}
        case "blob", Archive():
            return value.content
        case "structure", Mapping():
            return {
                _known(shape, name): _argument(shape.members[_known(shape, name)], item)
                for name, item in value.items()
            }
        case "list", Mapping() if list(shape.member.members)[0].endswith("Key"):  # tags
            names = list(shape.member.members)
            return [dict(zip(names, tag, strict=True)) for tag in value.items()]
        case "list", Mapping():  # Pulumi has the only entry of a list as an object
            return [_argument(shape.member, value)]
        case "list", list():
            return [_argument(shape.member, item) for item in value]
        case "map", Mapping():
            return {name: _argument(shape.value, item) for name, item in value.items()}
        case _:
            return value


def _known(shape: Any, name: str) -> str:
    member = _spelled(shape, name)
    if member is None:
        raise ProviderError(f"the embedded AWS does not know the input {name}")
    return member
