"""Lambda functions and who may invoke them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from local.engine.resources.base import (
    Created,
    Inputs,
    Outputs,
    ResourceType,
    UpdatableType,
    changed,
    renamed,
    retag,
)

_CONFIGURATION = {
    "description": "Description",
    "role": "Role",
    "runtime": "Runtime",
    "handler": "Handler",
    "timeout": "Timeout",
    "memorySize": "MemorySize",
}
POLL_SECONDS = 0.05
# What AWS assumes for a setting that is not given, so that one taken away is reset.
_DEFAULTS = {"description": "", "timeout": 3, "memorySize": 128}


class Function(UpdatableType):
    """A function whose code is a zip file, ready to be invoked once created."""

    token = "aws:lambda/function:Function"
    immutable = frozenset({"name"})
    mutable = frozenset(_CONFIGURATION) | {
        "architectures",
        "code",
        "environment",
        "reservedConcurrentExecutions",
        "tags",
        "tracingConfig",
    }

    def create(self, inputs: Inputs) -> Created:
        """Create the function and wait until it is active."""
        name = inputs["name"]
        function = self.aws.lambda_.create_function(
            FunctionName=name,
            Code={"ZipFile": _code(inputs)},
            Architectures=inputs.get("architectures", ["x86_64"]),
            Tags=dict(inputs.get("tags", {})),
            **_configuration(inputs),
        )
        self._wait(name)
        if "reservedConcurrentExecutions" in inputs:
            self._reserve_concurrency(name, inputs)
        arn = function["FunctionArn"]
        path = f"2015-03-31/functions/{arn}/invocations"
        return Created(
            name,
            {
                "arn": arn,
                "invokeArn": f"arn:aws:apigateway:{self.aws.region}:lambda:path/{path}",
            },
        )

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Change whatever differs; new code replaces warm workers."""
        client, differs = self.aws.lambda_, changed(old, new)
        if differs & {"code", "architectures"}:
            client.update_function_code(
                FunctionName=resource_id,
                ZipFile=_code(new),
                Architectures=new.get("architectures", ["x86_64"]),
            )
            self._wait(resource_id)
        if differs & {*_CONFIGURATION, "environment", "tracingConfig"}:
            client.update_function_configuration(FunctionName=resource_id, **_configuration(new))
            self._wait(resource_id)
        if "reservedConcurrentExecutions" in differs:
            self._reserve_concurrency(resource_id, new)
        arn = client.get_function_configuration(FunctionName=resource_id)["FunctionArn"]
        retag(
            old,
            new,
            lambda tags: client.tag_resource(Resource=arn, Tags=tags),
            lambda keys: client.untag_resource(Resource=arn, TagKeys=keys),
        )
        return {}

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Delete the function."""
        self.aws.lambda_.delete_function(FunctionName=resource_id)

    def _reserve_concurrency(self, name: str, inputs: Inputs) -> None:
        reserved = inputs.get("reservedConcurrentExecutions", -1)
        if reserved < 0:  # -1 is how the AWS provider says that none is reserved
            self.aws.lambda_.delete_function_concurrency(FunctionName=name)
        else:
            self.aws.lambda_.put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=reserved
            )

    def _wait(self, name: str) -> None:
        for condition in ("function_active_v2", "function_updated_v2"):
            waiter: Any = self.aws.lambda_.get_waiter(condition)
            waiter.wait(FunctionName=name, WaiterConfig={"Delay": POLL_SECONDS})


class Permission(ResourceType):
    """Permission for an AWS service to invoke a function."""

    token = "aws:lambda/permission:Permission"
    immutable = frozenset({"action", "function", "principal", "sourceArn", "statementId"})

    def create(self, inputs: Inputs) -> Created:
        """Add the statement to the function's policy."""
        arguments = renamed(
            inputs,
            {
                "action": "Action",
                "function": "FunctionName",
                "principal": "Principal",
                "sourceArn": "SourceArn",
                "statementId": "StatementId",
            },
        )
        self.aws.lambda_.add_permission(**arguments)
        return Created(inputs["statementId"])

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Remove the statement."""
        self.aws.lambda_.remove_permission(FunctionName=inputs["function"], StatementId=resource_id)


def _code(inputs: Inputs) -> bytes:
    return Path(inputs["code"]["path"]).read_bytes()


def _configuration(inputs: Inputs) -> dict[str, Any]:
    settings = {**_DEFAULTS, **inputs}
    configuration = {
        argument: settings[name] for name, argument in _CONFIGURATION.items() if name in settings
    }
    configuration["Environment"] = renamed(
        inputs.get("environment", {"variables": {}}), {"variables": "Variables"}
    )
    configuration["TracingConfig"] = renamed(
        inputs.get("tracingConfig", {"mode": "PassThrough"}), {"mode": "Mode"}
    )
    return configuration


TYPES: list[type[ResourceType]] = [Function, Permission]
