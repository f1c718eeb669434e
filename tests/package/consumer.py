"""A program that gives its configuration to the component package, as the engine gives inputs."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc

from package.provider import TOKEN, BackendProvider

# Stands for what the policy below gives.
FROM_POLICY = "<from the policy>"
# An input that has this is secret.
SECRET_URL = "https://secret.example.com"


def _linked(value: Any, given: pulumi.Output[str]) -> Any:
    match value:
        case dict():
            return {key: _linked(item, given) for key, item in value.items()}
        case list():
            return [_linked(item, given) for item in value]
        case _:
            return given if value == FROM_POLICY else value


config = pulumi.Config()
wire = Struct()
wire.update(json.loads(config.require("inputs")))
inputs = rpc.deserialize_properties(wire)
if FROM_POLICY in config.require("inputs"):
    inputs = _linked(inputs, aws.iam.Policy("policy", name="given", policy="{}").arn)
if SECRET_URL in config.require("inputs"):
    inputs["apps"] = pulumi.Output.secret(inputs["apps"])
provider = BackendProvider()
for name in config.require("names").split():
    for output, value in provider.construct(name, TOKEN, inputs).state.items():
        pulumi.export(output, value)
