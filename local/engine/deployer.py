"""The engine proper: turns each registration of a Pulumi program into AWS calls."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks

from local.aws import Aws
from local.engine.errors import EngineError
from local.engine.messages import Operation, ResourceEvent
from local.engine.redaction import Redaction
from local.engine.resources import FUNCTIONS, TYPES
from local.engine.resources.base import Inputs, ResourceType, UpdatableType, changed
from local.engine.state import Resource, State
from local.engine.values import plain

# AWS's ways to say that what is to be deleted is gone already.
_GONE = frozenset({"NotFoundException", "ResourceNotFoundException", "NoSuchEntity"})


class Deployer(Mocks):
    """Creates, updates, leaves alone or replaces a resource for each one the program registers.

    As with Pulumi: resources are told apart by type and logical name; unchanged inputs mean no AWS
    call; a changed input that cannot change in place replaces the resource; the outputs are the
    inputs (a secret stays one) and what AWS adds; after a failure nothing more is begun; resources
    the program no longer registers are deleted at the end, the latest first.

    Unlike Pulumi: a replacement always deletes first; a dependent is replaced only when its own
    inputs change; resources are told apart without their parents; physical names are not generated;
    and a resource whose creation failed half-way is not remembered. The options `protect`,
    `ignore_changes`, `retain_on_delete`, `provider`, aliases, transforms and hooks have no effect,
    because the SDK's mocks do not hand them on. There are no previews, no refresh, and no existing
    resources to import or `get`.

    `failure` is the first error; `redaction` learns the secrets among the inputs.
    """

    def __init__(
        self,
        aws: Aws,
        state: State,
        redaction: Redaction,
        report: Callable[[ResourceEvent], None],
    ) -> None:
        self.failure: EngineError | None = None
        self._aws = aws
        self._state = state
        self._redaction = redaction
        self._report = report
        self._registered: set[tuple[str, str]] = set()
        self._lock = threading.Lock()  # resources are created in parallel threads

    def call(self, args: MockCallArgs) -> Any:
        """Answer an invoke. Raises `EngineError` for a function the engine does not know."""
        with self._failing(args.token):
            if args.token not in FUNCTIONS:
                raise EngineError("the embedded engine does not know this function")
            return FUNCTIONS[args.token](self._aws)

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Deploy a resource; return its id and outputs. A component has neither.

        Raises `EngineError` that names the resource.
        """
        if not args.custom and not args.resource_id:
            return None, {}
        with self._failing(f"{args.typ} {args.name}"):
            if args.resource_id:
                raise EngineError("the embedded engine does not adopt existing resources")
            self._redaction.add_wrapped(args.inputs)
            resource = self._deploy(args.typ, args.name, plain(args.inputs))
        return resource.id, {**args.inputs, **resource.outputs}

    def delete_unregistered(self) -> None:
        """Delete what an earlier deployment made and this program did not register."""
        for resource in reversed(list(self._state)):
            if resource.key not in self._registered:
                with self._failing(f"{resource.type} {resource.name}"):
                    self._delete(TYPES[resource.type](self._aws), resource)

    def _deploy(self, token: str, name: str, inputs: dict[str, Any]) -> Resource:
        kind = self._kind(token)
        _check(kind, inputs)
        before = self._register((token, name))
        if before is None:
            return self._create(kind, name, inputs)
        differs = changed(before.inputs, inputs)
        if not differs:
            return self._record("same", before)
        if isinstance(kind, UpdatableType) and differs <= kind.mutable:
            return self._update(kind, before, inputs)
        self._delete(kind, before)
        return self._create(kind, name, inputs)

    def _kind(self, token: str) -> ResourceType:
        if token not in TYPES:
            raise EngineError("the embedded engine does not know this type")
        return TYPES[token](self._aws)

    def _register(self, key: tuple[str, str]) -> Resource | None:
        with self._lock:
            if key in self._registered:
                raise EngineError("the program registers two resources of this type and name")
            self._registered.add(key)
            return self._state.get(key)

    def _create(self, kind: ResourceType, name: str, inputs: dict[str, Any]) -> Resource:
        created = kind.create(inputs)
        resource = Resource(kind.token, name, created.id, inputs, created.outputs)
        return self._record("create", resource)

    def _update(self, kind: UpdatableType, before: Resource, inputs: dict[str, Any]) -> Resource:
        outputs = before.outputs | kind.update(before.id, before.inputs, inputs)
        resource = Resource(before.type, before.name, before.id, inputs, outputs)
        return self._record("update", resource)

    def _delete(self, kind: ResourceType, resource: Resource) -> None:
        try:
            kind.delete(resource.id, resource.inputs)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise
        with self._lock:
            self._state.remove(resource.key)
        self._report(ResourceEvent("delete", resource.type, resource.name))

    def _record(self, operation: Operation, resource: Resource) -> Resource:
        with self._lock:
            self._state.put(resource)
        self._report(ResourceEvent(operation, resource.type, resource.name))
        return resource

    @contextmanager
    def _failing(self, what: str) -> Iterator[None]:
        """Name the resource or function in errors, and stop the deployment at the first."""
        if self.failure:
            raise self.failure
        try:
            yield
        except (EngineError, BotoCoreError, ClientError) as error:
            failure = EngineError(f"{what}: {_reason(error)}")
            with self._lock:
                self.failure = self.failure or failure
            raise failure from error


def _reason(error: Exception) -> str:
    if isinstance(error, ClientError):
        answer = error.response.get("Error", {})
        return f"{error.operation_name}: {answer.get('Code')}: {answer.get('Message')}"
    return str(error)


def _check(kind: ResourceType, inputs: Inputs) -> None:
    unknown = sorted(inputs.keys() - kind.known)
    if unknown:
        raise EngineError(f"the embedded engine does not know the input {', '.join(unknown)}")
    if "name" in kind.known and "name" not in inputs:
        raise EngineError("the embedded engine does not generate names: set `name`")
