"""A log group, a role and a secret's value, in a component and out of it."""

import json

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
name = config.require("name")
trust = {
    "Effect": "Allow",
    "Principal": {"Service": config.get("service") or "lambda.amazonaws.com"},
}


class Store(pulumi.ComponentResource):
    def __init__(self) -> None:
        super().__init__("trial:index:Store", "store")
        self.role = aws.iam.Role(
            "store",
            name=name,
            assume_role_policy=json.dumps(
                {"Version": "2012-10-17", "Statement": [{**trust, "Action": "sts:AssumeRole"}]}
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


store = Store()
if config.get_bool("policy") is not False:
    aws.iam.RolePolicy(
        "store", name="inline", role=store.role.name, policy=config.require("document")
    )
group = aws.cloudwatch.LogGroup("group", name=store.role.name, retention_in_days=14)
secret = aws.secretsmanager.Secret("secret", name=f"{name}/secret", recovery_window_in_days=0)
version = aws.secretsmanager.SecretVersion(
    "secret", secret_id=secret.id, secret_string=config.require_secret("password")
)
pulumi.log.warn("a warning")
pulumi.export("password", version.secret_string)
pulumi.export("arn", group.arn)
pulumi.export("account", aws.get_caller_identity().account_id)
