"""The policies of CI's roles, evaluated as IAM does."""

import json
import subprocess
from difflib import unified_diff
from typing import Any

import pytest

from bootstrap.deploy_by_hand import deploy_by_hand_policy
from bootstrap.policies import boundary_policy, deploy_policy, preview_policy
from bootstrap.policy import PolicyScope
from bootstrap.program_statements import PROGRAM_STATEMENTS
from components.ci_roles import boundary_name, deploy_role_name, preview_role_name
from tests import permissions
from tests.bootstrap.evaluation import ACCOUNT, PROJECT, SCOPE, allows, arn
from tests.components.recorder import Recording
from tests.components.recordings import Recorder
from tests.documents import ROOT, blocks, code_spans, table

DEPLOY, PREVIEW, BOUNDARY = deploy_policy(SCOPE), preview_policy(SCOPE), boundary_policy(SCOPE)
BY_HAND = deploy_by_hand_policy(SCOPE)
TABLE = arn("dynamodb", f"table/{PROJECT}-local-installations")
API = "arn:aws:apigateway:us-east-1::/apis/abc123"
BOUNDED = {"iam__PermissionsBoundary": arn("iam", f"policy/boundary-{PROJECT}-local")}
PROFILE = {"dynamodb__LeadingKeys": ["ORG#acme"]}
BOUNDED_OTHERWISE = {"iam__PermissionsBoundary": arn("iam", "policy/other")}
RECORD = {"dynamodb__LeadingKeys": ["ORG#acme#STORE#abc"]}
ROLE = arn("iam", f"role/{PROJECT}-local-load")
DEPLOY_ROLE = arn("iam", f"role/{deploy_role_name(SCOPE.project, SCOPE.stack)}")
OWN_ALIAS = f"alias/{PROJECT}-local-installations"
ALIASES = "kms__ResourceAliases"
SCOPES_ONLY = {
    "dynamodb__Select": "SPECIFIC_ATTRIBUTES",
    "dynamodb__Attributes": ["organization_id", "store_hash", "pk", "sk", "scopes"],
}
RECORD_NAMES = "route53__ChangeResourceRecordSetsNormalizedRecordNames"


def test_the_programs_grant_exactly_what_permissions_yaml_lists(record: Recorder) -> None:
    """Run `python -m tests.permissions` to update it, and review each permission it adds."""
    listed = permissions.FILE.read_text(encoding="utf-8").splitlines()
    granted = permissions.permissions(record).splitlines()
    assert "\n".join(unified_diff(listed, granted, "listed", "granted", lineterm="")) == ""


@pytest.mark.parametrize(
    ("policy", "action", "resource", "allowed", "refused"),
    [
        *(
            (DEPLOY, action, ROLE, [BOUNDED], [{}, BOUNDED_OTHERWISE])
            for action in (
                "iam:CreateRole",
                "iam:DeleteRolePolicy",
                "iam:PutRolePermissionsBoundary",
                "iam:PutRolePolicy",
            )
        ),
        (
            DEPLOY,
            "iam:PassRole",
            ROLE,
            [{"iam__PassedToService": "lambda.amazonaws.com"}],
            [{"iam__PassedToService": "ec2.amazonaws.com"}, {}],
        ),
        (DEPLOY, "dynamodb:GetItem", TABLE, [PROFILE], [RECORD]),
        (DEPLOY, "dynamodb:PutItem", TABLE, [PROFILE], [RECORD]),
        (
            DEPLOY,
            "apigateway:DELETE",
            API,
            [{"apigateway__Resource/ApiName": f"{PROJECT}-local-callbacks"}],
            [{"apigateway__Resource/ApiName": "another"}],
        ),
        (DEPLOY, "apigateway:POST", f"{API}/routes", [{}], []),  # which names no API
        (DEPLOY, "apigateway:POST", API[:-7], [], [{"apigateway__Request/ApiName": "another"}]),
        (
            DEPLOY,
            "acm:RequestCertificate",
            "*",
            [{"acm__DomainNames": ["apps.example.com"]}],
            [{"acm__DomainNames": ["apps.example.com", "www.example.com"]}],
        ),
        (
            DEPLOY,
            "route53:ChangeResourceRecordSets",
            "arn:aws:route53:::hostedzone/Z1",
            [{RECORD_NAMES: ["apps.example.com", "_a.apps.example.com"]}],
            [{RECORD_NAMES: ["example.com"]}, {RECORD_NAMES: ["apps.example.com", "www"]}],
        ),
        (
            BY_HAND,
            "kms:PutKeyPolicy",
            arn("kms", "key/1"),
            [{ALIASES: []}, {ALIASES: [OWN_ALIAS]}],
            [{ALIASES: ["alias/another"]}, {ALIASES: [OWN_ALIAS, "alias/another"]}],
        ),
        (
            PREVIEW,
            "dynamodb:Query",
            f"{TABLE}/index/by-organization",
            [SCOPES_ONLY],
            [
                SCOPES_ONLY | {"dynamodb__Attributes": ["domain"]},
                {"dynamodb__Select": "ALL_PROJECTED_ATTRIBUTES"},
                {},
            ],
        ),
    ],
)
def test_policy_allows_an_action_only_under_its_condition(
    policy: str,
    action: str,
    resource: str,
    allowed: list[dict[str, Any]],
    refused: list[dict[str, Any]],
) -> None:
    assert all(allows(policy, action, resource, **keys) for keys in allowed)
    assert not any(allows(policy, action, resource, **keys) for keys in refused)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateRole", arn("iam", "role/another")),
        ("iam:PutRolePolicy", arn("iam", "role/another-prod-load")),
        ("iam:AttachRolePolicy", ROLE),
        ("iam:DeleteRolePermissionsBoundary", ROLE),
        ("iam:CreatePolicyVersion", SCOPE.boundary),
        ("iam:PutRolePolicy", DEPLOY_ROLE),
        ("iam:UpdateAssumeRolePolicy", DEPLOY_ROLE),
        ("iam:CreateUser", arn("iam", "user/another")),
        ("secretsmanager:GetSecretValue", arn("secretsmanager", "secret:another/prod/apps/a")),
        ("dynamodb:Scan", TABLE),
        ("lambda:InvokeFunction", arn("lambda", f"function:{PROJECT}-local-load")),
    ],
)
def test_deploy_role_cannot_escalate(action: str, resource: str) -> None:
    assert not allows(DEPLOY, action, resource, **BOUNDED)


def test_deploy_policy_file_is_up_to_date() -> None:
    """Run `python -m tests.permissions` to update it."""
    assert permissions.DEPLOY_POLICY.read_text(encoding="utf-8") == permissions.deploy_policy()


def test_guides_command_fills_in_the_deploy_policy() -> None:
    (guide,) = [block for block in blocks("sh") if "docs/deploy-policy.json" in block]
    command = guide.partition(" > policy.json")[0]
    filled = subprocess.run(["sh", "-c", command], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    scope = PolicyScope(
        "aws", "us-east-1", "123456789012", "bigcommerce", "dev",
        "apps.example.com", "Z0123456789ABCDEFGHIJ",
    )  # fmt: skip
    assert json.loads(filled.stdout) == json.loads(deploy_by_hand_policy(scope))


def test_the_actions_that_no_name_limits_are_documented() -> None:
    own = (SCOPE.prefix, f"{SCOPE.project}/{SCOPE.stack}", f"{SCOPE.project}-{SCOPE.stack}")
    adds = ("Create", "Request", "Get", "List", "Describe")
    unlimited = {
        action
        for statement in PROGRAM_STATEMENTS
        if all(operator.endswith("IfExists") for operator in statement.condition)
        and not all(
            any(name in SCOPE.fill(resource) for name in (*own, SCOPE.domain, SCOPE.zone))
            for resource in statement.resources
        )
        for action in statement.writes
        if not action.partition(":")[2].startswith(adds)
    }
    cells = [row[0] for row in table("docs/security.md", "Actions", "Reach", "Reason")]
    assert unlimited == {each for cell in cells for each in code_spans(cell) if ":" in each}


def test_boundary_allows_what_the_program_grants_each_role(everything: Recording) -> None:
    """If a role needs more, add it to bootstrap/boundary_statements.py too."""
    scope = PolicyScope("aws", "us-east-1", "123456789012", "bigcommerce", "test")
    boundary = boundary_policy(scope)
    alias = {"kms__ResourceAliases": ["alias/bigcommerce-test-installations"]}
    policies = everything.all("RolePolicy")
    assert policies
    for policy in policies:
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            for action in statement["Action"]:
                for resource in statement["Resource"]:
                    assert allows(boundary, action, resource, **alias), (action, resource)
    key = json.loads(everything.one("Key").inputs["policy"])
    for statement in key["Statement"]:
        service = statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService")
        for action in statement["Action"] if service else ():
            using = {**alias, "kms__ViaService": service}
            assert allows(
                boundary, action.rstrip("*"), "arn:aws:kms:us-east-1:123456789012:key/1", **using
            ), action


def test_longest_names_stay_within_iams_limits() -> None:
    longest = PolicyScope(
        "aws-us-gov", "us-gov-west-1", ACCOUNT, "bigcommerce", "s" * 40, "d" * 60, "Z" * 20,
        "b" * 63, "arn:aws-us-gov:kms:us-gov-west-1:000000000000:key/" + "k" * 36,
    )  # fmt: skip
    for policy in (deploy_policy(longest), deploy_by_hand_policy(longest)):
        assert len("".join(policy.split())) <= 10_240
    assert len("".join(boundary_policy(longest).split())) <= 6_144
    for name in (boundary_name, deploy_role_name, preview_role_name):
        assert len(name(longest.project, longest.stack)) <= 64
