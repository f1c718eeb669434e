"""The engine proper: turns each registration of a Pulumi program into calls of the provider."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import provider_pb2, resource_pb2

from local.engine.events import DeploymentError, Event, LogEvent, Operation, ResourceEvent
from local.engine.redaction import Redaction
from local.provider import AwsProvider, ProviderError, resource_type
from local.provider.values import secret_paths, struct, wire

_NO_CHANGES = provider_pb2.DiffResponse.DIFF_NONE


@dataclass(frozen=True)
class Resource:
    """A deployed resource, with inputs and outputs as on the wire. Both may hold secrets."""

    urn: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


State = dict[str, Resource]
"""A stack's resources in the order of their creation, by URN; by URN and id once replaced."""


class Monitor(MockMonitor):
    """Creates, updates, leaves alone or replaces a resource for each one the program registers.

    Like the Pulumi engine, it identifies resources by URN and makes no call for unchanged inputs.
    After a failure it starts nothing more and keeps the state. At the end it deletes the resources
    that the program no longer registers, the latest first.

    Unlike the Pulumi engine, it replaces a dependent only if that one's inputs change. These have
    no effect: `protect`, `ignore_changes`, `retain_on_delete`, `aliases`, `provider`, transforms
    and hooks. There is no preview, refresh or import.

    `failure` is the first error. `redaction` learns the secrets among the inputs.
    """

    def __init__(
        self,
        provider: AwsProvider,
        state: State,
        redaction: Redaction,
        report: Callable[[Event], None],
    ) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # it answers by itself
        self.state = state
        self.redaction = redaction
        self.failure: Exception | None = None
        self._provider = provider
        self._report = report
        self._registered: set[str] = set()
        self._lock = threading.Lock()  # registrations run in parallel threads

    def configure(self, config: Mapping[str, str]) -> None:
        """Pass the stack's `aws:` settings to the provider."""
        settings = {
            key.removeprefix("aws:"): text for key, text in config.items() if key.startswith("aws:")
        }
        self._provider.Configure(provider_pb2.ConfigureRequest(args=struct(settings)))

    def log(self, severity: str, text: str) -> None:
        """Report a message of the program, without the secrets known so far."""
        self._report(LogEvent(severity, self.redaction.apply(text)))

    def Invoke(self, request: Any) -> Any:
        """Answer a function."""
        with self._failing():
            answer = self._provider.Invoke(request)
        return resource_pb2.ResourceInvokeResponse(**{"return": getattr(answer, "return")})

    def ReadResource(self, request: Any) -> Any:
        """Refuse to adopt an existing resource."""
        with self._failing():
            raise DeploymentError(
                f"{request.type} {request.name}: the embedded engine does not adopt existing "
                "resources"
            )

    def RegisterResource(self, request: Any) -> Any:
        """Deploy a resource; a component has nothing to deploy."""
        urn = self.make_urn(request.parent, request.type, request.name)
        if not request.custom:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        if request.importId:
            return self.ReadResource(request)
        with self._failing():
            for _, secret in secret_paths(wire(request.object)):
                self.redaction.add(secret)
            resource = self._deploy(urn, request.object)
        outputs = struct(resource.outputs)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=resource.id, object=outputs)

    def delete_unregistered(self) -> None:
        """Delete the resources of an earlier deployment that the program did not register."""
        for key in reversed(list(self.state)):
            if key not in self._registered:
                with self._failing():
                    self._delete(key)

    def _deploy(self, urn: str, registered: Struct) -> Resource:
        before = self._register(urn)
        checked = self._provider.Check(provider_pb2.CheckRequest(urn=urn, news=registered))
        for failure in checked.failures:
            raise DeploymentError(f"{_named(urn)}: {failure.property}: {failure.reason}")
        if before is None:
            return self._create(urn, checked.inputs)
        diff = self._provider.Diff(
            provider_pb2.DiffRequest(
                urn=urn,
                id=before.id,
                olds=struct(before.outputs),
                old_inputs=struct(before.inputs),
                news=checked.inputs,
            )
        )
        if diff.changes == _NO_CHANGES:
            return self._record("same", before)
        if not diff.replaces:
            return self._update(before, checked.inputs)
        if diff.deleteBeforeReplace:
            self._delete(urn)
            return self._create(urn, checked.inputs)
        made = self._create(urn, checked.inputs)
        with self._lock:
            self.state[f"{urn} {before.id}"] = before  # deleted at the end, when nothing uses it
        return made

    def _register(self, urn: str) -> Resource | None:
        with self._lock:
            if urn in self._registered:
                raise DeploymentError(
                    f"{_named(urn)}: the program registers two resources of this type and name"
                )
            self._registered.add(urn)
            return self.state.get(urn)

    def _create(self, urn: str, inputs: Struct) -> Resource:
        made = self._provider.Create(provider_pb2.CreateRequest(urn=urn, properties=inputs))
        return self._record("create", Resource(urn, made.id, wire(inputs), wire(made.properties)))

    def _update(self, before: Resource, inputs: Struct) -> Resource:
        made = self._provider.Update(
            provider_pb2.UpdateRequest(
                urn=before.urn,
                id=before.id,
                olds=struct(before.outputs),
                old_inputs=struct(before.inputs),
                news=inputs,
            )
        )
        resource = Resource(before.urn, before.id, wire(inputs), wire(made.properties))
        return self._record("update", resource)

    def _delete(self, key: str) -> None:
        resource = self.state[key]
        properties = struct(resource.outputs)
        self._provider.Delete(
            provider_pb2.DeleteRequest(urn=resource.urn, id=resource.id, properties=properties)
        )
        with self._lock:
            del self.state[key]
        self._report_change("delete", resource.urn)

    def _record(self, operation: Operation, resource: Resource) -> Resource:
        with self._lock:
            # The order of deletion is the reverse of the latest deployment's.
            self.state.pop(resource.urn, None)
            self.state[resource.urn] = resource
        self._report_change(operation, resource.urn)
        return resource

    def _report_change(self, operation: Operation, urn: str) -> None:
        self._report(ResourceEvent(operation, resource_type(urn), urn.rpartition("::")[2]))

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Stop the deployment at the first error."""
        if self.failure:
            raise self.failure
        try:
            yield
        except (ProviderError, DeploymentError) as error:
            with self._lock:
                self.failure = self.failure or error
            raise


def _named(urn: str) -> str:
    return f"{resource_type(urn)} {urn.rpartition('::')[2]}"
