"""StackFunction: one Lambda function with its own role, policy and log group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .policy_document import Statement, allow, policy_document
from .stack_context import StackContext

# Pure Python runs on x86 and Arm; Graviton costs 20 % less.
ARCHITECTURE = "arm64"
RUNTIME = "python3.13"


@dataclass(frozen=True, kw_only=True)
class FunctionSpec:
    """A function as data.

    Attributes:
        name: its name within the stack, such as `remove-user`.
        description: what it does, as AWS's console shows it.
        timeout: seconds it may take.
    """

    name: str
    description: str
    timeout: int

    @property
    def module(self) -> str:
        """Its module in `lambdas`, and its key in settings of each function: `remove_user`."""
        return self.name.replace("-", "_")


class StackFunction(pulumi.ComponentResource):
    """A function of the stack.

    Its role may do what the IAM statements say, write its own log, and nothing else.

    Attributes:
        name: the function's name.
        arn: its ARN.
        invoke_arn: what an API integration calls.
        log_group: its log group's name.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    invoke_arn: pulumi.Output[str]
    log_group: pulumi.Output[str]

    def __init__(
        self,
        context: StackContext,
        spec: FunctionSpec,
        *,
        environment: Mapping[str, pulumi.Input[str]],
        statements: Sequence[Statement],
        reserved_concurrency: int | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bigcommerce:index:StackFunction", spec.name, None, opts)
        name, settings = context.name(spec.name), context.settings
        child = pulumi.ResourceOptions(parent=self)
        # Created first. Otherwise Lambda creates it without a retention.
        log_group = aws.cloudwatch.LogGroup(
            spec.name,
            name=f"/aws/lambda/{name}",
            retention_in_days=settings.log_retention_days,
            opts=child,
        )
        role = aws.iam.Role(
            spec.name,
            name=name,
            description=f"Permissions of the function {spec.name}",
            assume_role_policy=policy_document(_TRUST),
            permissions_boundary=settings.permissions_boundary_arn,
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            spec.name,
            name=name,
            role=role.name,
            policy=policy_document(
                _write_log(log_group),
                *([_TRACE] if settings.functions.tracing else []),
                *statements,
            ),
            opts=child,
        )
        function = aws.lambda_.Function(
            spec.name,
            name=name,
            description=spec.description,
            role=role.arn,
            runtime=RUNTIME,
            architectures=[ARCHITECTURE],
            handler=f"lambdas.{spec.module}.handler",
            code=context.code,
            timeout=spec.timeout,
            memory_size=settings.functions.memory_size,
            reserved_concurrent_executions=reserved_concurrency,
            tracing_config={"mode": "Active" if settings.functions.tracing else "PassThrough"},
            environment={
                "variables": {
                    "SERVICE_NAME": context.service,
                    "RES_OPTIONS": _NAME_LOOKUP,
                    **environment,
                }
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[log_group, policy]),
        )
        self.name = function.name
        self.arn = function.arn
        self.invoke_arn = function.invoke_arn
        self.log_group = log_group.name
        self.register_outputs({"name": self.name, "invokeArn": self.invoke_arn})


# Seconds and attempts of a name lookup, which the deadline cannot interrupt. The C library's
# default is up to 10 s (resolv.conf(5)).
_NAME_LOOKUP = "timeout:1 attempts:2"
_TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
# AWS X-Ray has no resources to name.
_TRACE = allow("Trace", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*")


def _write_log(log_group: aws.cloudwatch.LogGroup) -> Statement:
    # Lambda names the streams, so only the group can be named.
    streams = pulumi.Output.concat(log_group.arn, ":*")
    return allow("WriteLog", ["logs:CreateLogStream", "logs:PutLogEvents"], streams)
