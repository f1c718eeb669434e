"""The embedded AWS as a Pulumi provider: the protocol's methods over the table of types.

https://www.pulumi.com/docs/iac/guides/building-extending/providers/implementers/ describes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer
from pulumi.runtime.rpc import UNKNOWN

from local.aws import REGION, ROOT_KEY, Aws, isolated_session
from local.loopback_http import is_loopback
from local.provider.resource import Resource
from local.provider.resource_type import RESOURCE_TYPES, ResourceType
from local.provider.values import (
    ProviderError,
    Values,
    changed,
    hashed,
    is_secret,
    plain,
    struct,
    wire,
)

# The AWS provider's name of a service in `aws:endpoints`, if boto3's differs.
_ENDPOINT_NAMES = {"logs": "cloudwatchlogs"}
SERVICES = sorted(
    {_ENDPOINT_NAMES.get(kind.service, kind.service) for kind in RESOURCE_TYPES.values()} | {"sts"}
)
"""The services that `aws:endpoints` must name."""


class AwsProvider(ResourceProviderServicer):
    """Keeps AWS resources in an embedded AWS, and accepts only an endpoint on this machine.

    It takes the AWS provider's settings `region`, `accessKey`, `secretKey`, `token`, `endpoints`
    and `defaultTags`. The `skip…` settings have no effect. A preview makes no AWS call. Secrets in
    inputs stay secrets in outputs. It generates no physical names and imports no resources. All
    methods raise `ProviderError`, which names the resource.
    """

    def __init__(self) -> None:
        self._aws = Aws(_no_endpoint)
        self._default_tags: Values = {}

    def GetPluginInfo(self, request: Any, context: Any = None) -> Any:
        """Return the version of the AWS provider that this one replaces."""
        return plugin_pb2.PluginInfo(version=version("pulumi_aws"))

    def Configure(self, request: Any, context: Any = None) -> Any:
        """Set region, credentials, endpoints and default tags."""
        settings = {name: _decoded(value) for name, value in plain(wire(request.args)).items()}
        endpoints = {
            service: _loopback(service, url)
            for entry in settings.get("endpoints", [])
            for service, url in entry.items()
        }

        def endpoint(service: str) -> str:
            name = _ENDPOINT_NAMES.get(service, service)
            return endpoints.get(name) or _no_endpoint(name)

        session = isolated_session(
            settings.get("region", REGION),
            settings.get("accessKey", ROOT_KEY),
            settings.get("secretKey", ROOT_KEY),
            settings.get("token"),
        )
        self._aws = Aws(endpoint, session)
        self._default_tags = settings.get("defaultTags", {}).get("tags", {})
        return messages.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Invoke(self, request: Any, context: Any = None) -> Any:
        """Answer a function of the AWS provider."""
        with _naming(request.tok):
            match request.tok:
                case "aws:index/getCallerIdentity:getCallerIdentity":
                    answer = {"id": self._aws.account_id, "accountId": self._aws.account_id}
                case "aws:index/getRegion:getRegion":
                    answer = {"id": self._aws.region, "region": self._aws.region}
                case "aws:index/getPartition:getPartition":
                    answer = {"id": "aws", "partition": "aws"}
                case _:
                    raise ProviderError("the embedded AWS does not know this function")
        return messages.InvokeResponse(**{"return": struct(answer)})

    def Check(self, request: Any, context: Any = None) -> Any:
        """Refuse unknown inputs, and add the default tags."""
        with _naming(request.urn):
            kind = _kind(request.urn)
            inputs = hashed(wire(request.news))
            if "tags" in kind.inputs and self._default_tags:
                inputs["tags"] = self._with_default_tags(inputs.get("tags", {}))
        refused = [
            messages.CheckFailure(property=name, reason="the embedded AWS does not know this input")
            for name in sorted(inputs.keys() - kind.inputs)
        ]
        if "name" in kind.inputs and "name" not in inputs:
            reason = "the embedded AWS does not generate names. Set it"
            refused.append(messages.CheckFailure(property="name", reason=reason))
        return messages.CheckResponse(inputs=struct(inputs), failures=refused)

    def Diff(self, request: Any, context: Any = None) -> Any:
        """Compare inputs. An unknown one differs. An immutable one replaces the resource.

        Like the AWS provider, a replacement deletes first only if the resource has a unique name.
        """
        with _naming(request.urn):
            kind = _kind(request.urn)
            differs = changed(_plain(request.old_inputs), _plain(request.news))
        some, none = messages.DiffResponse.DIFF_SOME, messages.DiffResponse.DIFF_NONE
        return messages.DiffResponse(
            changes=some if differs else none,
            diffs=sorted(differs),
            replaces=sorted(differs & kind.immutable_inputs),
            deleteBeforeReplace=not kind.inputs.isdisjoint({"name", "statementId"}),
        )

    def Create(self, request: Any, context: Any = None) -> Any:
        """Create a resource. In a preview, its outputs are unknown."""
        with _naming(request.urn):
            kind, inputs = _kind(request.urn), wire(request.properties)
            if request.preview:
                unknown = dict.fromkeys(kind.outputs, UNKNOWN)
                return messages.CreateResponse(properties=struct({**inputs, **unknown}))
            id_, outputs = Resource.create(self._aws, kind, _plain(request.properties))
            return messages.CreateResponse(id=id_, properties=struct({**inputs, **outputs}))

    def Read(self, request: Any, context: Any = None) -> Any:
        """Return a resource, without an ID if it no longer exists."""
        with _naming(request.urn):
            if not request.inputs.fields:
                raise ProviderError("the embedded AWS does not import existing resources")
            try:
                outputs = self._resource(request).outputs()
            except LookupError:
                return messages.ReadResponse()
            state = struct({**wire(request.properties), **outputs})
            return messages.ReadResponse(id=request.id, properties=state, inputs=request.inputs)

    def Update(self, request: Any, context: Any = None) -> Any:
        """Change a resource in place. In a preview, its outputs stay the same."""
        with _naming(request.urn):
            inputs, state = wire(request.news), wire(request.olds)
            kept = {name: state[name] for name in _kind(request.urn).outputs if name in state}
            if request.preview:
                return messages.UpdateResponse(properties=struct({**inputs, **kept}))
            resource = self._resource(request, request.olds)
            outputs = resource.update(_plain(request.old_inputs), _plain(request.news))
            return messages.UpdateResponse(properties=struct({**inputs, **outputs}))

    def Delete(self, request: Any, context: Any = None) -> Any:
        """Delete a resource, if it still exists."""
        with _naming(request.urn):
            self._resource(request).delete()
        return Empty()

    def _resource(self, request: Any, state: Any = None) -> Resource:
        return Resource(
            self._aws, _kind(request.urn), request.id, _plain(state or request.properties)
        )

    def _with_default_tags(self, own: Any) -> Any:
        """Merge tags. The resource's tags win, and unknown tags stay unknown."""
        if own == UNKNOWN:
            return own
        if is_secret(own):
            return {**own, "value": {**self._default_tags, **own["value"]}}
        return {**self._default_tags, **own}


def resource_type(urn: str) -> str:
    """Return the type in a URN, without its parents' (`parent$child`)."""
    return urn.split("::")[2].rpartition("$")[2]


def _kind(urn: str) -> ResourceType:
    token = resource_type(urn)
    if token not in RESOURCE_TYPES:
        raise ProviderError("the embedded AWS does not know this type")
    return RESOURCE_TYPES[token]


def _plain(values: Any) -> Values:
    """Return a property map in plain values, without null, as the engine does."""
    return {name: plain(value) for name, value in wire(values).items() if value is not None}


def _decoded(value: Any) -> Any:
    """Decode a setting that the engine passes as JSON text."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return json.loads(value)
    return value


def _loopback(service: str, url: str) -> str:
    """Return the endpoint. Raises `ProviderError` if it is not on this machine."""
    if not is_loopback(url):
        raise ProviderError(
            f"aws:endpoints has {url} for {service}. Set an endpoint on this machine, "
            "such as http://localhost:4566"
        )
    return url


def _no_endpoint(service: str) -> str:
    raise ProviderError(
        f"aws:endpoints has no {service}. Set it to the embedded AWS, as in Pulumi.local.yaml"
    )


@contextmanager
def _naming(what: str) -> Iterator[None]:
    """Add the resource (by its URN) or function to errors, and the operation to those of AWS."""
    name = f"{resource_type(what)} {what.rpartition('::')[2]}" if "::" in what else what
    try:
        yield
    except ClientError as error:
        answer = error.response.get("Error", {})
        reason = f"{error.operation_name}: {answer.get('Code')}: {answer.get('Message')}"
        raise ProviderError(f"{name}: {reason}") from error
    except (BotoCoreError, ProviderError) as error:
        raise ProviderError(f"{name}: {error}") from error
