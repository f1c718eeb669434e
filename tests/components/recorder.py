"""Records what a program of this repository registers, instead of deploying it."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.proto.alias_pb2 import Alias
from pulumi.runtime.rpc import UNKNOWN

from local.engine.program import Program
from local.provider.values import Archive, plain, secret_paths, struct, wire

ACCOUNT = "123456789012"
REGION = "us-east-1"
_STACK = "pulumi:pulumi:Stack"
API_ID = "abc123"
API_ENDPOINT = f"https://{API_ID}.execute-api.{REGION}.amazonaws.com"
KEY_ID = "0d1f5b62-6a54-4d2b-8f0f-8a3b3f0a8c11"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}"


@dataclass(frozen=True)
class Resource:
    """One registration.

    Attributes:
        inputs: plain values; an archive is `{"archive": path}`.
        secret_inputs: paths of the inputs that are secrets, such as `secretString`.
        ignored: the inputs whose changes are ignored.
        depends_on: URNs of what it waits for, because it is told to or uses its outputs.
        custom: whether it is a provider's resource; else it is a component.
        aliases: URNs under which the engine finds it if an earlier version created it.
    """

    type: str
    name: str
    urn: str
    parent: str
    custom: bool
    protect: bool
    inputs: dict[str, Any]
    secret_inputs: list[str]
    ignored: list[str]
    depends_on: list[str]
    aliases: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The type's last part, such as `Function`."""
        return self.type.rpartition(":")[2]

    @property
    def address(self) -> str:
        """The URN in short, as `address` returns it."""
        return address(self.urn)


def address(urn: str) -> str:
    """Return a URN without stack, project and the prefix of this program's types."""
    return urn.split("::", 2)[2].replace("bigcommerce:index:", "")


@dataclass(frozen=True)
class Warned:
    """A warning of the program, and how many resources were registered by then."""

    text: str
    resources: int


@dataclass(frozen=True)
class Recording:
    """The resources and outputs of a run.

    Attributes:
        resources: in the order of registration, the stack left out.
        warnings: what the program warned of.
        registered_outputs: what `register_outputs` was called with, by the component's URN.
        outputs: the stack's outputs; those not known in a preview are None.
        secret_outputs: names of the outputs that are secrets.
        error: the message of the `pulumi.RunError` that ended the program, or None.
    """

    resources: list[Resource] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    registered_outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    secret_outputs: list[str] = field(default_factory=list)
    error: str | None = None

    def all(self, kind: str) -> list[Resource]:
        return [resource for resource in self.resources if resource.kind == kind]

    def one(self, kind: str, name: str | None = None) -> Resource:
        """The only resource of a kind, or of a kind with a logical name."""
        (resource,) = [each for each in self.all(kind) if name in (None, each.name)]
        return resource


# The results of the functions that the program invokes, by token.
_ANSWERS = {
    "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
    "aws:index/getPartition:getPartition": {"partition": "aws"},
    "aws:index/getRegion:getRegion": {"region": REGION},
}


class RecordingMonitor(MockMonitor):
    """Keeps every registration, and answers as AWS and its provider would.

    In a preview, it returns neither IDs nor computed outputs.
    """

    def __init__(self, recording: Recording, *, preview: bool) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # it needs no mocks
        self._recording = recording
        self._preview = preview
        self._aliases: dict[str, list[str]] = {}

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Return a URN with the types of all parents, as the engine does."""
        parents = parent.split("::")[2] if parent else _STACK
        qualified = type_ if parents == _STACK else f"{parents}${type_}"
        return super().make_urn("", qualified, name)

    def Invoke(self, request: Any) -> Any:
        answer = struct(_ANSWERS[request.tok])
        return resource_pb2.ResourceInvokeResponse(**{"return": answer})

    def RegisterResource(self, request: Any) -> Any:
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == _STACK:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        inputs = wire(request.object)
        values = plain(inputs)
        self._aliases[urn] = list(self._aliases_of(request))
        self._recording.resources.append(
            Resource(
                type=request.type,
                name=request.name,
                urn=urn,
                parent=request.parent,
                custom=request.custom,
                protect=request.protect,
                inputs=_shown(values),
                secret_inputs=[path for path, _ in secret_paths(inputs)],
                ignored=list(request.ignoreChanges),
                depends_on=sorted(request.dependencies),
                aliases=self._aliases[urn],
            )
        )
        known = request.custom and not self._preview
        id_, computed = _computed(request.type, request.name, values) if known else ("", {})
        outputs = struct({**inputs, **computed})
        return resource_pb2.RegisterResourceResponse(urn=urn, id=id_, object=outputs)

    def _aliases_of(self, request: Any) -> Iterator[str]:
        """Yield the aliases of a resource, which its parent's aliases multiply."""
        specs = [Alias.Spec()]
        for alias in request.aliases:
            if alias.urn:
                yield alias.urn
            else:
                specs.append(alias.spec)
        for spec in specs:
            parent = spec.parentUrn or ("" if spec.noParent else request.parent)
            for each in (parent, *self._aliases.get(parent, ())):
                yield self.make_urn(each, spec.type or request.type, spec.name or request.name)

    def RegisterResourceOutputs(self, request: Any) -> Any:
        outputs = _shown(plain(wire(request.outputs)))
        self._recording.registered_outputs[request.urn] = outputs
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]


# Service, prefix and region of the ARNs that end in the name.
_ARNS = {
    "Role": ("iam", "role/", ""),
    "Policy": ("iam", "policy/", ""),
    "OpenIdConnectProvider": ("iam", "oidc-provider/", ""),
    "LogGroup": ("logs", "log-group:", REGION),
    "Topic": ("sns", "", REGION),
    "EventBus": ("events", "event-bus/", REGION),
    "EventRule": ("events", "rule/", REGION),
}


def _computed(type_: str, name: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The id, and what AWS adds to the inputs."""
    id_ = physical = inputs.get("name", name)
    computed: dict[str, Any] = {}

    def arn(service: str, what: str, region: str = REGION) -> str:
        return f"arn:aws:{service}:{region}:{ACCOUNT}:{what}"

    kind = type_.rpartition(":")[2]
    match kind:
        case _ if kind in _ARNS:
            service, path, region = _ARNS[kind]
            computed["arn"] = arn(service, f"{path}{physical}", region)
        case "Function":
            function = arn("lambda", f"function:{physical}")
            path = f"path/2015-03-31/functions/{function}/invocations"
            computed["arn"] = function
            computed["invokeArn"] = f"arn:aws:apigateway:{REGION}:lambda:{path}"
        case "Api":
            id_ = API_ID
            computed["apiEndpoint"] = API_ENDPOINT
            computed["executionArn"] = arn("execute-api", API_ID)
        case "Integration":
            id_ = f"{name}-id"
        case "DomainName":
            id_ = inputs["domainName"]
            computed["domainNameConfiguration"] = {
                "targetDomainName": "d-1.example.net",
                "hostedZoneId": "Z2FDTNDATAQYW2",
            }
        case "Table":
            computed["arn"] = arn("dynamodb", f"table/{physical}")
            computed["streamArn"] = f"{computed['arn']}/stream/2026-01-01T00:00:00.000"
        case "Queue":
            id_ = computed["url"] = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{physical}"
            computed["arn"] = arn("sqs", physical)
        case "Key":
            id_ = computed["keyId"] = KEY_ID if name == "installations" else f"key-{name}"
            computed["arn"] = arn("kms", f"key/{id_}")
        case "Certificate":
            id_ = computed["arn"] = arn("acm", "certificate/requested")
            record = {"Name": "_a.apps.example.com.", "Type": "CNAME", "Value": "_b.example.net."}
            computed["domainValidationOptions"] = [
                {f"resourceRecord{part}": value for part, value in record.items()}
            ]
        case "Record":
            computed["fqdn"] = inputs["name"]
        case "Bucket":
            id_ = inputs["bucket"]
            computed["arn"] = f"arn:aws:s3:::{id_}"
        case "Secret":
            id_ = computed["arn"] = arn("secretsmanager", f"secret:{physical}-AbCdEf")
    return id_, computed


def _shown(value: Any) -> Any:
    match value:
        case dict():
            return {key: _shown(item) for key, item in value.items()}
        case list():
            return [_shown(item) for item in value]
        case Archive():
            return {"archive": value.path}
        case _:
            return None if value == UNKNOWN else value


def recorded(program: Program) -> Recording:
    recording = Recording()
    monitor = RecordingMonitor(recording, preview=program.preview)

    def log(severity: str, text: str) -> None:
        if severity == "warning":
            recording.warnings.append(Warned(text, len(recording.resources)))

    try:
        # Pulumi sends the call stack with each resource. In a new thread, it is short.
        with ThreadPoolExecutor(1) as thread:
            outputs, secret_outputs = thread.submit(program.run, monitor, log).result()
    except pulumi.RunError as error:
        return replace(recording, error=str(error))
    return replace(recording, outputs=outputs, secret_outputs=sorted(secret_outputs))
