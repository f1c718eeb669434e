"""The back end, and next to it a function that uses the access tokens."""

import pulumi
import pulumi_aws as aws
import pulumi_bigcommerce as bigcommerce

NAME = "store-information"
ORGANIZATION_ID = "acme"

backend = bigcommerce.AppBackend(
    "backend",
    apps=[
        bigcommerce.AppArgs(
            organization_id=ORGANIZATION_ID,
            name="Acme",
            scopes=["store_v2_information_read_only"],
        )
    ],
)
role = aws.iam.Role(
    "function",
    name=NAME,
    assume_role_policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            },
        }
    ),
)
policies: dict[str, pulumi.Input[str]] = {
    "read-tokens": backend.access_token_reader_policy_arn,
    "write-logs": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
}
attachments = [
    aws.iam.RolePolicyAttachment(name, role=role.name, policy_arn=arn)
    for name, arn in policies.items()
]
function = aws.lambda_.Function(
    "function",
    name=NAME,
    role=role.arn,
    runtime="python3.13",
    architectures=["arm64"],
    handler="read_token.handler",
    code=pulumi.FileArchive("function"),
    timeout=30,
    environment={
        "variables": {
            "TABLE": backend.installations_table,
            "ORGANIZATION_ID": ORGANIZATION_ID,
            "API_URL": "https://api.bigcommerce.com",
        }
    },
    opts=pulumi.ResourceOptions(depends_on=attachments),
)
pulumi.export("baseUrl", backend.base_url)
pulumi.export("readme", backend.readme)
pulumi.export("operations", backend.operations)
pulumi.export("function", function.name)
