"""A function behind an HTTP API that reads a secret, with everything that belongs to it."""

import json

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
tags = config.require_object("tags")
allow = config.get_bool("allow") is not False
suffix = config.get("suffix") or ""


class Store(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("trial:index:Store", name)
        child = pulumi.ResourceOptions(parent=self)
        self.key = aws.kms.Key(
            f"{name}-key",
            description=f"key{suffix}",
            enable_key_rotation=True,
            deletion_window_in_days=7,
            tags=tags,
            opts=child,
        )
        aws.kms.Alias(
            f"{name}-alias", name="alias/trial", target_key_id=self.key.key_id, opts=child
        )
        self.table = aws.dynamodb.Table(
            f"{name}-table",
            name="trial",
            billing_mode="PAY_PER_REQUEST",
            hash_key="pk",
            range_key="sk",
            attributes=[{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}],
            ttl={"attribute_name": "expires", "enabled": True},
            point_in_time_recovery={"enabled": True},
            stream_enabled=True,
            stream_view_type="NEW_AND_OLD_IMAGES",
            server_side_encryption={"enabled": True, "kms_key_arn": self.key.arn},
            deletion_protection_enabled=False,
            tags=tags,
            opts=child,
        )
        aws.dynamodb.TableItem(
            f"{name}-item",
            table_name=self.table.name,
            hash_key="pk",
            range_key="sk",
            item=json.dumps({"pk": {"S": "a"}, "sk": {"S": "b"}, "n": {"N": "1"}}),
            opts=child,
        )
        self.register_outputs({"table": self.table.name})


store = Store("store")
secret = aws.secretsmanager.Secret(
    "secret", name="trial/secret", description="d", recovery_window_in_days=0, tags=tags
)
version = aws.secretsmanager.SecretVersion(
    "secret", secret_id=secret.id, secret_string=config.require_secret("password")
)
role = aws.iam.Role(
    "role",
    name="trial",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    ),
    tags=tags,
)
if allow:
    aws.iam.RolePolicy(
        "role",
        name="read-secret",
        role=role.name,
        policy=secret.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "secretsmanager:GetSecretValue",
                            "Resource": arn,
                        }
                    ],
                }
            )
        ),
    )
logs = aws.cloudwatch.LogGroup("logs", name="/aws/lambda/trial", retention_in_days=14, tags=tags)
function = aws.lambda_.Function(
    "function",
    name="trial",
    role=role.arn,
    runtime="python3.13",
    handler="handler.handler",
    architectures=["arm64"],
    code=pulumi.FileArchive(config.require("bundle")),
    timeout=10,
    memory_size=256,
    environment={"variables": {"SECRET": secret.arn, "SUFFIX": suffix}},
    tracing_config={"mode": "PassThrough"},
    tags=tags,
    opts=pulumi.ResourceOptions(depends_on=[logs]),
)
api = aws.apigatewayv2.Api("api", name="trial", protocol_type="HTTP", tags=tags)
integration = aws.apigatewayv2.Integration(
    "integration",
    api_id=api.id,
    integration_type="AWS_PROXY",
    integration_uri=function.invoke_arn,
    payload_format_version="2.0",
)
aws.apigatewayv2.Route(
    "route",
    api_id=api.id,
    route_key="GET /{who}/hello",
    target=integration.id.apply(lambda id_: f"integrations/{id_}"),
)
aws.apigatewayv2.Stage(
    "stage",
    api_id=api.id,
    name="$default",
    auto_deploy=True,
    default_route_settings={"throttling_rate_limit": 50, "throttling_burst_limit": 100},
    access_log_settings={"destination_arn": logs.arn, "format": "$context.requestId"},
    tags=tags,
)
aws.lambda_.Permission(
    "permission",
    action="lambda:InvokeFunction",
    function=function.name,
    principal="apigateway.amazonaws.com",
    source_arn=api.execution_arn.apply(lambda arn: f"{arn}/*/GET/*"),
    statement_id="api",
)
pulumi.log.warn("a warning")
print("printed")  # noqa: T201
pulumi.export("apiEndpoint", api.api_endpoint)
pulumi.export("password", version.secret_string)
pulumi.export("table", store.table.arn)
pulumi.export("stream", store.table.stream_arn)
pulumi.export("account", aws.get_caller_identity().account_id)
pulumi.export("region", aws.get_region().region)
pulumi.export("partition", aws.get_partition().partition)
