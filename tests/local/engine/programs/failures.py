"""Fails in the way its configuration names."""

import sys

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
way = config.require("way")
aws.cloudwatch.LogGroup("first", name="failures-first")
if way == "run-error":
    raise pulumi.RunError("apps[0].clientId is missing")
if way == "missing-key":
    config.require("never")
if way == "exception":
    raise ValueError(f"the password is {config.require('password')}")
if way == "exit":
    sys.exit("given up")
if way == "exit-code":
    sys.exit(3)
if way == "unknown-input":
    aws.cloudwatch.LogGroup("second", name="failures-second", skip_destroy=True)
board = []
if way.startswith("board"):
    name = f"failures-{config.require('board')}"
    board = [aws.cloudwatch.Dashboard("board", dashboard_name=name, dashboard_body="{}")]
if way in ("aws-error", "board-then-error"):
    options = pulumi.ResourceOptions(depends_on=board)
    aws.iam.RolePolicy("second", name="p", role="nobody", policy="{}", opts=options)
if way == "apply":
    pulumi.Output.from_input("x").apply(int)
if way == "secret-in-aws-error":
    aws.secretsmanager.SecretVersion(
        "second", secret_id=config.require_secret("password"), secret_string="x"
    )
if way == "twice":
    aws.cloudwatch.LogGroup("first", name="failures-second")
if way == "get":
    aws.cloudwatch.LogGroup.get("second", "existing")
if way == "import":
    aws.cloudwatch.LogGroup(
        "second", name="existing", opts=pulumi.ResourceOptions(import_="existing")
    )
if way == "log":
    pulumi.log.info("an info")
    pulumi.log.debug("a debug message")
    pulumi.log.error("an error")
    pulumi.log.warn(f"a line with {config.require('password')}")
    pulumi.log.warn(f"another with {config.require('passwords')}")
    pulumi.export("whole", pulumi.Output.all(1, config.require_secret("password")))
    pulumi.export("plain", {"a": [1.0, None]})
