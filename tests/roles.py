"""Roles in the embedded AWS, which enforces what their policies say."""

import json

from local.aws import REGION
from local.emulator import Emulator

ANYONE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}


def role_environment(emulator: Emulator, name: str, policy_arn: str) -> dict[str, str]:
    """The environment of code that runs as a new role with this policy alone."""
    iam = emulator.aws.iam
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(ANYONE))
    iam.attach_role_policy(RoleName=name, PolicyArn=policy_arn)
    credentials = emulator.aws.sts.assume_role(RoleArn=role["Role"]["Arn"], RoleSessionName="test")[
        "Credentials"
    ]
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": emulator.endpoint_url,
    }
