"""A resource's life through the provider's methods, as an engine calls them."""

from typing import Any

from pulumi.runtime.proto import provider_pb2 as messages

from local.emulator import Emulator
from local.provider import SERVICES, AwsProvider
from local.provider.values import struct, wire

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
ARCHIVE = {"4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7"}


def configure(**settings: Any) -> AwsProvider:
    provider = AwsProvider()
    provider.Configure(messages.ConfigureRequest(args=struct(settings)))
    return provider


def configured(emulator: Emulator) -> AwsProvider:
    return configure(endpoints=[dict.fromkeys(SERVICES, emulator.endpoint_url)])


class Life:
    """One resource, with what an engine would remember of it."""

    def __init__(self, provider: Any, token: str) -> None:
        self.provider = provider
        self.urn = f"urn:pulumi:test::shop::shop:index:Store${token}::it"
        self.id = ""
        self.inputs: dict[str, Any] = {}
        self.state: dict[str, Any] = {}

    def check(self, inputs: dict[str, Any]) -> Any:
        return self.provider.Check(messages.CheckRequest(urn=self.urn, news=struct(inputs)))

    def create(self, inputs: dict[str, Any], *, preview: bool = False) -> dict[str, Any]:
        checked = self.check(inputs)
        assert not checked.failures, checked.failures
        made = self.provider.Create(
            messages.CreateRequest(urn=self.urn, properties=checked.inputs, preview=preview)
        )
        self.id, self.inputs, self.state = made.id, wire(checked.inputs), wire(made.properties)
        return self.state

    def diff(self, inputs: dict[str, Any]) -> Any:
        request = messages.DiffRequest(urn=self.urn, **self._old(), news=self.check(inputs).inputs)
        return self.provider.Diff(request)

    def update(self, inputs: dict[str, Any], *, preview: bool = False) -> dict[str, Any]:
        new = self.check(inputs).inputs
        request = messages.UpdateRequest(urn=self.urn, **self._old(), news=new, preview=preview)
        self.state = wire(self.provider.Update(request).properties)
        self.inputs = wire(new)
        return self.state

    def read(self) -> Any:
        return self.provider.Read(
            messages.ReadRequest(
                urn=self.urn,
                id=self.id,
                properties=struct(self.state),
                inputs=struct(self.inputs),
            )
        )

    def delete(self) -> None:
        self.provider.Delete(
            messages.DeleteRequest(urn=self.urn, id=self.id, properties=struct(self.state))
        )

    def _old(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "olds": struct(self.state),
            "old_inputs": struct(self.inputs),
        }
