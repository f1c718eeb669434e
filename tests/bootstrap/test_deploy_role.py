"""Deploys, changes and destroys the program with the deploy role's policy, and by hand.

The embedded AWS enforces IAM. `local.provider` calls it as the AWS plugin calls AWS.
`as_the_emulator_reads` loosens conditions that the embedded AWS cannot evaluate. test_policies.py
evaluates those.
"""

import json
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bootstrap.deploy_by_hand import OWN_KEYS, deploy_by_hand_policy
from bootstrap.policies import DEPLOY_STATEMENTS, boundary_policy
from bootstrap.policy import PolicyScope, policy_document
from bootstrap.program_statements import PROGRAM_STATEMENTS
from components.ci_roles import boundary_name, deploy_role_name
from local.emulator import Emulator
from local.engine import DeploymentError, Stack, stack_config
from local.provider import SERVICES
from tests.bootstrap.evaluation import PROJECT, SCOPE, arn
from tests.components.stacks import RUTTER
from tests.documents import ROOT
from tests.roles import ANYONE

pytestmark = pytest.mark.emulated

SECRETS = [f"{PROJECT}:clientSecrets", f"{PROJECT}:rutterClientSecrets"]
DEPLOY_ROLE = deploy_role_name(SCOPE.project, SCOPE.stack)
# The embedded AWS does not check these, or local.provider does not call them: only the AWS plugin
# waits for a DNS change, and only AWS creates API Gateway's role.
NOT_ASKED = {"RolesOfFunctions", "DomainRecordChanges", "RoleOfApiGateway"}
# For these requests, the embedded AWS does not recognize the resource.
WITHOUT_RESOURCE = {
    *("iam:CreatePolicy", "lambda:CreateFunction", "dynamodb:TagResource"),
    *("lambda:CreateEventSourceMapping", "sqs:TagQueue"),
    *("events:CreateEventBus", "events:DescribeEventBus", "events:DeleteEventBus"),
    *("events:DeleteRule", "events:DescribeRule", "events:PutRule"),
    *("events:ListTargetsByRule", "events:PutTargets", "events:RemoveTargets"),
    *("events:ListTagsForResource", "events:TagResource", "events:UntagResource"),
    *("dynamodb:ListTagsOfResource", "dynamodb:UntagResource"),
    *("kms:CreateAlias", "kms:DeleteAlias"),
    *("cloudwatch:DeleteAlarms", "cloudwatch:DeleteDashboards"),
    *("cloudwatch:GetDashboard", "cloudwatch:PutDashboard"),
    *("cloudwatch:ListTagsForResource", "cloudwatch:TagResource", "cloudwatch:UntagResource"),
    *("sns:ListTagsForResource", "sns:TagResource", "sns:UntagResource"),
}
# Condition keys that never match in the embedded AWS.
UNKNOWN_KEYS = {"lambda:FunctionArn", "iam:PermissionsBoundary", "kms:ResourceAliases"}
# A key, and the alias by which local.provider finds it.
KEYS = [arn("kms", "key/*"), arn("kms", "alias/*")]


def role_policy(scope: PolicyScope, *, without: str = "") -> str:
    """Return the deploy role's policy without a statement, by name, or without an action.

    The key's policy names the role, but the embedded AWS compares the session's ARN. So the role
    has the permissions by IAM.
    """
    return policy_document(
        scope,
        [
            (statement, [each for each in statement.reads + statement.writes if each != without])
            for statement in (*DEPLOY_STATEMENTS, OWN_KEYS)
            if statement.name != without
        ],
    )


def as_the_emulator_reads(policy: str) -> str:
    """Rewrite a policy so that the embedded AWS evaluates it as AWS would."""
    document = json.loads(policy)
    statements = []
    for statement in document["Statement"]:
        for operator in list(statement.get("Condition", {})):
            if not UNKNOWN_KEYS.isdisjoint(statement["Condition"][operator]):
                del statement["Condition"][operator]
        if "kms:DescribeKey" in statement["Action"]:
            statements.append(statement | {"Resource": KEYS})
            continue
        statements.append(statement)
        if actions := WITHOUT_RESOURCE.intersection(statement["Action"]):
            anywhere = {"Action": sorted(actions), "Resource": "*"}
            statements.append(statement | anywhere)
        if "lambda:CreateEventSourceMapping" in statement["Action"]:
            statements.append(statement | {"Action": "lambda:ListEventSourceMappings"})
    return json.dumps(document | {"Statement": statements})


class Account:
    """An account with a deploy role and a hosted zone."""

    def __init__(self, emulator: Emulator) -> None:
        self.endpoint = emulator.endpoint_url
        self.root: Any = emulator.aws

    def begin(
        self, policy: Callable[[PolicyScope], str] = role_policy, *, has_boundary: bool = True
    ) -> None:
        """Reset it, and create a role with the policy for the account's hosted zone."""
        reset = urllib.request.Request(f"{self.endpoint}/_ministack/reset", method="POST")  # noqa: S310
        urllib.request.urlopen(reset).close()  # noqa: S310
        zone = self.root.route53.create_hosted_zone(Name="example.com", CallerReference="1")
        self.scope = replace(SCOPE, zone=zone["HostedZone"]["Id"].rpartition("/")[2])
        self.boundary = self.scope.boundary if has_boundary else None
        iam = self.root.iam
        iam.create_policy(
            PolicyName=boundary_name(SCOPE.project, SCOPE.stack),
            PolicyDocument=as_the_emulator_reads(boundary_policy(self.scope)),
        )
        role = {"RoleName": DEPLOY_ROLE}
        iam.create_role(**role, AssumeRolePolicyDocument=json.dumps(ANYONE))
        document = as_the_emulator_reads(policy(self.scope))
        iam.put_role_policy(**role, PolicyName=DEPLOY_ROLE, PolicyDocument=document)
        arn = iam.get_role(**role)["Role"]["Arn"]
        self.session = self.root.sts.assume_role(RoleArn=arn, RoleSessionName="ci")["Credentials"]

    def settings(self, **project: Any) -> dict[str, Any]:
        """Return the stack's configuration, with every kind of resource."""
        return stack_config(
            ROOT,
            SCOPE.stack,
            {
                "aws:accessKey": self.session["AccessKeyId"],
                "aws:secretKey": self.session["SecretAccessKey"],
                "aws:token": self.session["SessionToken"],
                "aws:endpoints": [dict.fromkeys(SERVICES, self.endpoint)],
                f"{PROJECT}:permissionsBoundaryArn": self.boundary,
                f"{PROJECT}:domain": {
                    "name": SCOPE.domain,
                    "hostedZoneId": self.scope.zone,
                },
                **{f"{PROJECT}:{key}": value for key, value in RUTTER.items()},
                f"{PROJECT}:events": True,
                f"{PROJECT}:monitoring": {"emails": ["oncall@example.com"]},
                **{f"{PROJECT}:{key}": value for key, value in project.items()},
            },
        )

    def live(self, nothing: Path) -> list[str]:
        """Deploy, change and destroy the stack; return the operations of each."""
        stack = Stack(SCOPE.stack)
        changed = {
            "aws:defaultTags": {"tags": {"environment": "changed"}},
            **self.settings(logRetentionDays=7, functions={"memorySize": 256}),
        }
        done = []
        for program, config in (
            (stack.program, {"aws:defaultTags": {"tags": {"a": "b"}}, **self.settings()}),
            (stack.program, changed),
            (nothing, self.settings()),
        ):
            stack.program = program
            changes = stack.up(config, secrets=SECRETS, on_event=lambda _: None).changes
            done.append("/".join(sorted({change.operation for change in changes})))
        return done


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with Emulator(log=tmp_path_factory.mktemp("emulator") / "emulator.log") as emulator:
        yield Account(emulator)


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a program without resources: deploying it destroys the stack."""
    folder = tmp_path_factory.mktemp("nothing")
    (folder / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
    (folder / "__main__.py").write_text("")
    return folder / "__main__.py"


@pytest.mark.parametrize(
    ("policy", "has_boundary"), [(role_policy, True), (deploy_by_hand_policy, False)]
)
def test_policy_deploys_changes_and_destroys_the_program(
    account: Account, nothing: Path, policy: Callable[[PolicyScope], str], *, has_boundary: bool
) -> None:
    account.begin(policy, has_boundary=has_boundary)
    assert account.live(nothing) == ["create", "update", "delete"]
    assert account.root.lambda_.list_functions()["Functions"] == []


NEEDED = [each.name for each in (*PROGRAM_STATEMENTS, OWN_KEYS) if each.name not in NOT_ASKED]
# The AWS plugin reads tags with separate requests.
TAGS_READ = [
    action
    for each in PROGRAM_STATEMENTS
    for action in each.reads
    if action.partition(":")[2].startswith(("ListTags", "ListQueueTags"))
]


@pytest.mark.parametrize("without", [*NEEDED, *sorted(set(TAGS_READ))])
def test_every_part_of_the_policy_is_needed(account: Account, nothing: Path, without: str) -> None:
    account.begin(partial(role_policy, without=without))
    operation = without.partition(":")[2]
    with pytest.raises(DeploymentError, match=f"{operation}.*(AccessDenied|AuthorizationError)"):
        account.live(nothing)
