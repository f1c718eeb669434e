"""The policies of CI's roles, evaluated as IAM does."""

import json
import subprocess
from difflib import unified_diff
from functools import partial
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
RECORD_NAMES = "route53__ChangeResourceRecordSetsNormalizedRecordNames"


def test_the_programs_grant_exactly_what_permissions_yaml_lists(record: Recorder) -> None:
    """Run `python -m tests.permissions` to update it, and review each permission it adds."""
    listed = permissions.FILE.read_text(encoding="utf-8").splitlines()
    granted = permissions.permissions(record).splitlines()
    assert "\n".join(unified_diff(listed, granted, "listed", "granted", lineterm="")) == ""


@pytest.mark.parametrize(
    ("action", "resource", "allowed", "refused"),
    [
        *(
            (action, arn("iam", f"role/{PROJECT}-local-load"), [BOUNDED], [{}, BOUNDED_OTHERWISE])
            for action in (
                "iam:CreateRole",
                "iam:DeleteRolePolicy",
                "iam:PutRolePermissionsBoundary",
                "iam:PutRolePolicy",
            )
        ),
        (
            "iam:PassRole",
            arn("iam", f"role/{PROJECT}-local-load"),
            [{"iam__PassedToService": "lambda.amazonaws.com"}],
            [{"iam__PassedToService": "ec2.amazonaws.com"}, {}],
        ),
        ("dynamodb:GetItem", TABLE, [PROFILE], [RECORD]),
        ("dynamodb:PutItem", TABLE, [PROFILE], [RECORD]),
        (
            "apigateway:DELETE",
            API,
            [{"apigateway__Resource/ApiName": f"{PROJECT}-local-callbacks"}],
            [{"apigateway__Resource/ApiName": "another"}],
        ),
        ("apigateway:POST", f"{API}/routes", [{}], []),  # which names no API
        ("apigateway:POST", API[:-7], [], [{"apigateway__Request/ApiName": "another"}]),
        (
            "acm:RequestCertificate",
            "*",
            [{"acm__DomainNames": ["apps.example.com"]}],
            [{"acm__DomainNames": ["apps.example.com", "www.example.com"]}],
        ),
        (
            "route53:ChangeResourceRecordSets",
            "arn:aws:route53:::hostedzone/Z1",
            [{RECORD_NAMES: ["apps.example.com", "_a.apps.example.com"]}],
            [{RECORD_NAMES: ["example.com"]}, {RECORD_NAMES: ["apps.example.com", "www"]}],
        ),
    ],
)
def test_deploy_role_may_act_only_under_a_condition(
    action: str, resource: str, allowed: list[dict[str, Any]], refused: list[dict[str, Any]]
) -> None:
    assert all(allows(DEPLOY, action, resource, **keys) for keys in allowed)
    assert not any(allows(DEPLOY, action, resource, **keys) for keys in refused)


def test_deploy_policy_file_is_up_to_date() -> None:
    """Run `python -m tests.permissions` to update it."""
    assert permissions.DEPLOY_POLICY.read_text(encoding="utf-8") == permissions.deploy_policy()


@pytest.mark.parametrize(
    ("aliases", "is_allowed"),
    [
        ([], True),
        ([f"alias/{PROJECT}-local-installations"], True),
        (["alias/another"], False),
        ([f"alias/{PROJECT}-local-installations", "alias/another"], False),
    ],
)
def test_deploying_by_hand_reaches_no_key_with_the_alias_of_another(
    aliases: list[str], *, is_allowed: bool
) -> None:
    for action in ("kms:EnableKeyRotation", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"):
        key = arn("kms", "key/1")
        assert allows(BY_HAND, action, key, kms__ResourceAliases=aliases) == is_allowed


def test_guides_command_fills_in_the_deploy_policy() -> None:
    (guide,) = [block for block in blocks("sh") if "docs/deploy-policy.json" in block]
    command = guide.partition(" > policy.json")[0]
    filled = subprocess.run(["sh", "-c", command], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    scope = PolicyScope(
        "aws", "us-east-1", "123456789012", "bigcommerce", "dev",
        "apps.example.com", "Z0123456789ABCDEFGHIJ",
    )  # fmt: skip
    assert json.loads(filled.stdout) == json.loads(deploy_by_hand_policy(scope))


def test_deploying_by_hand_needs_no_boundary() -> None:
    role = arn("iam", f"role/{PROJECT}-local-load")
    for action in ("iam:CreateRole", "iam:PutRolePolicy"):
        assert allows(BY_HAND, action, role)
        assert not allows(DEPLOY, action, role)
        assert not allows(BY_HAND, action, arn("iam", "role/another"))


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


def test_the_preview_role_changes_nothing() -> None:
    granted = [
        action
        for statement in json.loads(PREVIEW)["Statement"]
        for action in statement["Action"]
        if not any(action.startswith("kms:") for action in statement["Action"])
    ]
    reads = ("Get", "List", "Describe", "GET", "Query", "StartQuery")
    assert all(action.partition(":")[2].startswith(reads) for action in granted)


def test_preview_role_reads_only_scopes_from_the_index() -> None:
    attributes = ["organization_id", "store_hash", "pk", "sk", "scopes"]  # keys are always read
    chosen = {"dynamodb__Select": "SPECIFIC_ATTRIBUTES", "dynamodb__Attributes": attributes}
    query = partial(allows, PREVIEW, "dynamodb:Query", f"{TABLE}/index/by-organization")
    assert query(**chosen)
    assert not query(**chosen | {"dynamodb__Attributes": ["domain"]})
    assert not query(dynamodb__Select="ALL_PROJECTED_ATTRIBUTES")
    assert not query()


def test_boundary_allows_what_the_program_grants_each_role(everything: Recording) -> None:
    """If a role needs more, add it to bootstrap/boundary_statements.py too."""
    scope = PolicyScope("aws", "us-east-1", "123456789012", "bigcommerce", "test")
    boundary = boundary_policy(scope)
    alias = {"kms__ResourceAliases": ["alias/bigcommerce-test-installations"]}
    policies = everything.all("aws:iam/rolePolicy:RolePolicy")
    assert policies
    for policy in policies:
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            for action in statement["Action"]:
                for resource in statement["Resource"]:
                    assert allows(boundary, action, resource, **alias), (action, resource)
    key = json.loads(everything.one("aws:kms/key:Key").inputs["policy"])
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
