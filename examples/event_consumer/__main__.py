"""A list of the stores that have the app installed, kept from the back end's events."""

import pulumi
import pulumi_aws as aws

NAME = "store-list"
bus_name = pulumi.Config().require("eventBusName")


def allow(actions: str | list[str], resource: pulumi.Input[str]) -> dict[str, object]:
    """Return an IAM statement."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def policy(*statements: dict[str, object]) -> pulumi.Output[str]:
    """Return the JSON of an IAM policy."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements})


stores = aws.dynamodb.Table(
    "stores",
    name=NAME,
    billing_mode="PAY_PER_REQUEST",
    hash_key="organization_id",
    range_key="store_hash",
    attributes=[
        {"name": "organization_id", "type": "S"},
        {"name": "store_hash", "type": "S"},
    ],
)
rule = aws.cloudwatch.EventRule(
    "installations",
    name=NAME,
    event_bus_name=bus_name,
    event_pattern=pulumi.Output.json_dumps(
        {
            "source": ["bigcommerce.installations"],
            "detail-type": ["InstallationCreated", "InstallationRemoved"],
        }
    ),
)
# Events that EventBridge could not deliver in 24 hours, or that the function failed on three times.
failed = aws.sqs.Queue(
    "failed",
    name=f"{NAME}-failed",
    message_retention_seconds=14 * 86_400,
    policy=policy(
        {
            **allow("sqs:SendMessage", "*"),
            "Principal": {"Service": "events.amazonaws.com"},
            "Condition": {"ArnEquals": {"aws:SourceArn": rule.arn}},
        }
    ),
)
logs = aws.cloudwatch.LogGroup("function", name=f"/aws/lambda/{NAME}", retention_in_days=30)
role = aws.iam.Role(
    "function",
    name=NAME,
    assume_role_policy=policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ),
)
permissions = aws.iam.RolePolicy(
    "function",
    name=NAME,
    role=role.name,
    policy=policy(
        allow("dynamodb:PutItem", stores.arn),
        allow("sqs:SendMessage", failed.arn),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], pulumi.Output.concat(logs.arn, ":*")),
    ),
)
function = aws.lambda_.Function(
    "function",
    name=NAME,
    role=role.arn,
    runtime="python3.13",
    architectures=["arm64"],
    handler="handler.handler",
    code=pulumi.FileArchive("function"),
    environment={"variables": {"TABLE": stores.name}},
    dead_letter_config={"target_arn": failed.arn},
    opts=pulumi.ResourceOptions(depends_on=[logs, permissions]),
)
invoke = aws.lambda_.Permission(
    "rule",
    statement_id="Rule",
    action="lambda:InvokeFunction",
    function=function.name,
    principal="events.amazonaws.com",
    source_arn=rule.arn,
)
aws.cloudwatch.EventTarget(
    "function",
    rule=rule.name,
    event_bus_name=bus_name,
    target_id="function",
    arn=function.arn,
    dead_letter_config={"arn": failed.arn},
    opts=pulumi.ResourceOptions(depends_on=[invoke]),
)
pulumi.export("storesTable", stores.name)
pulumi.export("failedQueue", failed.url)
