"""The policies of CI's roles, as IAM evaluates them."""

import json
import re
from typing import Any

import pytest

from bootstrap.environment_roles import trust_policy
from bootstrap.policies import boundary_policy, deploy_policy, preview_policy
from bootstrap.policy import Place
from bootstrap.program_statements import PROGRAM_STATEMENTS
from components.ci_roles import boundary_name, deploy_role_name, preview_role_name
from tests.bootstrap.evaluation import ACCOUNT, PLACE, PROJECT, allows, arn
from tests.components.recorder import Recording
from tests.components.recordings import Recorder
from tests.components.stacks import CUSTOMIZED, DOMAIN, RUTTER
from tests.documents import ROOT

DEPLOY, PREVIEW, BOUNDARY = deploy_policy(PLACE), preview_policy(PLACE), boundary_policy(PLACE)
OWN_ROLE = arn("iam", f"role/{PROJECT}-local-load")
TABLE = arn("dynamodb", f"table/{PROJECT}-local-installations")
API = "arn:aws:apigateway:us-east-1::/apis/abc123"
BOUNDED = {"iam__PermissionsBoundary": arn("iam", f"policy/boundary-{PROJECT}-local")}
PROFILE = {"dynamodb__LeadingKeys": ["ORG#acme"]}
RECORD = {"dynamodb__LeadingKeys": ["ORG#acme#STORE#abc"]}
TO_LAMBDA = {"iam__PassedToService": "lambda.amazonaws.com"}
SERVICE_ROLE = arn("iam", "role/aws-service-role/")
STATE = "arn:aws:s3:::state/.pulumi/"


@pytest.fixture
def everything(record: Recorder) -> Recording:
    """What the program registers where every setting that adds something is given."""
    domain = {name: DOMAIN[name] for name in ("name", "hostedZoneId")}  # requests its certificate
    return record({**CUSTOMIZED, **RUTTER, "domain": domain})


def test_every_resource_type_of_the_program_has_a_statement(everything: Recording) -> None:
    """A new type needs its statement in bootstrap/program_statements.py."""
    registered = {resource.type for resource in everything.resources if resource.custom}
    assert registered == {kind for statement in PROGRAM_STATEMENTS for kind in statement.types}


@pytest.mark.parametrize(
    ("action", "resource", "keys"),
    [
        ("iam:CreateRole", OWN_ROLE, BOUNDED),
        ("iam:PutRolePolicy", OWN_ROLE, BOUNDED),
        ("iam:PassRole", OWN_ROLE, TO_LAMBDA),
        ("dynamodb:PutItem", TABLE, PROFILE),
        ("apigateway:DELETE", API, {"apigateway__Resource/ApiName": f"{PROJECT}-local-callbacks"}),
        ("apigateway:POST", f"{API}/routes", {}),
        ("route53:GetChange", "arn:aws:route53:::change/C1", {}),
        (
            "iam:CreateServiceLinkedRole",
            SERVICE_ROLE + "ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway",
            {},
        ),
        ("s3:PutObject", f"{STATE}stacks/{PROJECT}/local.json", {}),
        ("s3:GetObject", f"{STATE}meta.yaml", {}),
        ("kms:Encrypt", PLACE.secrets_key, {}),
        ("events:DeleteEventBus", arn("events", f"event-bus/{PROJECT}-local-a"), {}),
    ],
)
def test_the_deploy_role_may(action: str, resource: str, keys: dict[str, Any]) -> None:
    assert allows(DEPLOY, action, resource, **keys)


@pytest.mark.parametrize(
    ("action", "resource", "keys"),
    [
        # a role that the boundary does not limit
        ("iam:CreateRole", OWN_ROLE, {}),
        ("iam:CreateRole", OWN_ROLE, {"iam__PermissionsBoundary": arn("iam", "policy/other")}),
        ("iam:PutRolePolicy", OWN_ROLE, {}),
        ("iam:PutRolePermissionsBoundary", OWN_ROLE, {}),
        ("iam:DeleteRolePermissionsBoundary", OWN_ROLE, BOUNDED),
        ("iam:CreateRole", arn("iam", f"role/{PROJECT}-prod-load"), BOUNDED),
        ("iam:AttachRolePolicy", OWN_ROLE, BOUNDED),
        # a role for something else
        ("iam:PassRole", OWN_ROLE, {"iam__PassedToService": "ec2.amazonaws.com"}),
        ("iam:PassRole", OWN_ROLE, {}),
        ("iam:PassRole", arn("iam", "role/admin"), TO_LAMBDA),
        (
            "iam:CreateServiceLinkedRole",
            SERVICE_ROLE + "ecs.amazonaws.com/AWSServiceRoleForECS",
            {},
        ),
        # itself, its sister and the boundary
        ("iam:PutRolePolicy", arn("iam", f"role/deploy-{PROJECT}-local"), BOUNDED),
        ("iam:UpdateAssumeRolePolicy", arn("iam", f"role/preview-{PROJECT}-local"), {}),
        ("iam:CreatePolicyVersion", arn("iam", f"policy/boundary-{PROJECT}-local"), {}),
        # stores' records and tokens, and others' keys
        ("dynamodb:GetItem", TABLE, RECORD),
        ("dynamodb:PutItem", TABLE, RECORD),
        ("dynamodb:Scan", TABLE, {}),
        ("kms:Decrypt", arn("kms", "key/installations"), {}),
        ("kms:PutKeyPolicy", arn("kms", "key/another"), {}),
        ("kms:ScheduleKeyDeletion", arn("kms", "key/another"), {}),
        ("kms:CreateAlias", arn("kms", "key/another"), {}),
        # what belongs to another project or stack
        ("apigateway:DELETE", API, {"apigateway__Resource/ApiName": "another"}),
        ("apigateway:POST", f"{API[:-6]}", {"apigateway__Request/ApiName": "another"}),
        ("apigateway:DELETE", "arn:aws:apigateway:us-east-1::/domainnames/other.example.com", {}),
        ("lambda:UpdateFunctionCode", arn("lambda", f"function:{PROJECT}-prod-load"), {}),
        ("events:DeleteEventBus", arn("events", f"event-bus/{PROJECT}-prod-a"), {}),
        ("events:PutEvents", arn("events", f"event-bus/{PROJECT}-local-a"), {}),
        ("secretsmanager:GetSecretValue", arn("secretsmanager", "secret:other/prod/apps/a-1"), {}),
        ("s3:GetObject", f"{STATE}stacks/{PROJECT}/prod.json", {}),
        ("s3:PutObject", f"{STATE}meta.yaml", {}),
        ("s3:DeleteObject", f"{STATE}meta.yaml", {}),
        ("s3:DeleteBucket", "arn:aws:s3:::state", {}),
        ("kms:Decrypt", arn("kms", "key/another"), {}),
    ],
)
def test_the_deploy_role_may_not(action: str, resource: str, keys: dict[str, Any]) -> None:
    assert not allows(DEPLOY, action, resource, **keys)


def test_what_no_name_limits_is_in_the_decision_on_the_roles() -> None:
    own = (PLACE.prefix, f"{PLACE.project}/{PLACE.stack}", f"{PLACE.project}-{PLACE.stack}")
    adds = ("Create", "Request", "Get", "List", "Describe")
    unlimited = {
        action
        for statement in PROGRAM_STATEMENTS
        if all(operator.endswith("IfExists") for operator in statement.condition)
        and not all(
            any(name in PLACE.fill(resource) for name in (*own, PLACE.domain, PLACE.zone))
            for resource in statement.resources
        )
        for action in statement.writes
        if not action.partition(":")[2].startswith(adds)
    }
    decision = (ROOT / "docs/decisions/0012-roles-of-ci.md").read_text(encoding="utf-8")
    rows = "".join(line for line in decision.splitlines() if line.startswith("  |"))
    assert unlimited == set(re.findall(r"`([a-z]+:[A-Za-z]+)`", rows))


def test_the_preview_role_changes_nothing() -> None:
    granted = [
        action
        for statement in json.loads(PREVIEW)["Statement"]
        for action in statement["Action"]
        if statement["Sid"] != "StateSecrets"
    ]
    looks = ("Get", "List", "Describe", "GET", "Query", "StartQuery")
    assert all(action.partition(":")[2].startswith(looks) for action in granted)
    assert not allows(PREVIEW, "dynamodb:GetItem", TABLE, **RECORD)
    # How many stores must consent again: their scopes, and nothing else of them.
    query = "dynamodb:Query"
    attributes = ["organization_id", "store_hash", "pk", "sk", "scopes"]  # the keys always
    chosen = {"dynamodb__Select": "SPECIFIC_ATTRIBUTES", "dynamodb__Attributes": attributes}
    index = f"{TABLE}/index/by-organization"
    assert allows(PREVIEW, query, index, **chosen)
    for resource in (TABLE, f"{TABLE}/index/by-connection", index.replace("-local-", "-prod-")):
        assert not allows(PREVIEW, query, resource, **chosen)
    assert not allows(PREVIEW, query, index, **chosen | {"dynamodb__Attributes": ["domain"]})
    assert not allows(PREVIEW, query, index, dynamodb__Select="ALL_PROJECTED_ATTRIBUTES")
    assert not allows(PREVIEW, query, index)
    assert not allows(DEPLOY, query, index, **chosen)
    # When BigCommerce called: the functions' logs, and not the API's, which has addresses.
    group = arn("logs", f"log-group:/aws/{{}}/{PROJECT}-{{}}:*")
    assert allows(PREVIEW, "logs:StartQuery", group.format("lambda", "local-load"))
    for others in (
        *(("lambda", "prod-load"), ("lambda", "local-rutter-connect")),
        ("vendedlogs", "local-callbacks"),
    ):
        assert not allows(PREVIEW, "logs:StartQuery", group.format(*others))
    assert allows(PREVIEW, "logs:GetQueryResults", "*")
    assert allows(PREVIEW, "s3:GetObject", f"{STATE}stacks/{PROJECT}/local.json")
    # A refresh of a credential's version reads its value.
    secret = arn("secretsmanager", "secret:{}/local/apps/a-1")
    assert allows(PREVIEW, "secretsmanager:GetSecretValue", secret.format(PROJECT))
    assert not allows(PREVIEW, "secretsmanager:GetSecretValue", secret.format("other"))
    lock = f"{STATE}locks/organization/{PROJECT}/local/1.json"
    assert allows(DEPLOY, "s3:PutObject", lock)
    assert not allows(PREVIEW, "s3:PutObject", lock)


def key_statements(recording: Recording) -> list[dict[str, Any]]:
    document = json.loads(recording.one("aws:kms/key:Key").inputs["policy"])
    return [each for each in document["Statement"] if each["Sid"].endswith("Role")]


def test_the_key_knows_cis_roles_and_lets_neither_use_it(awaiting: Recording) -> None:
    """The embedded AWS takes a session for the principal, where AWS takes its role."""
    deploy, preview = key_statements(awaiting)
    arns = [each["Condition"]["StringEquals"]["aws:PrincipalArn"] for each in (deploy, preview)]
    assert arns == [
        f"arn:aws:iam::123456789012:role/{name('bigcommerce', 'test')}"
        for name in (deploy_role_name, preview_role_name)
    ]
    assert set(preview["Action"]) < set(deploy["Action"])
    uses = {"kms:Decrypt", "kms:Encrypt", "kms:CreateGrant", "kms:GenerateDataKey", "kms:*"}
    assert uses.isdisjoint(deploy["Action"])


def test_the_boundary_leaves_every_role_what_the_program_gives_it(everything: Recording) -> None:
    """A role that needs more needs it in bootstrap/boundary_statements.py too."""
    place = Place("aws", "us-east-1", "123456789012", "bigcommerce", "test")
    boundary = boundary_policy(place)
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


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:PutRolePolicy", OWN_ROLE),
        ("lambda:UpdateFunctionCode", arn("lambda", f"function:{PROJECT}-local-load")),
        ("kms:Encrypt", arn("kms", "key/without-the-alias")),
        ("events:PutEvents", arn("events", "event-bus/default")),
        ("secretsmanager:GetSecretValue", arn("secretsmanager", "secret:other/prod/apps/a-1")),
        ("dynamodb:DeleteTable", TABLE),
    ],
)
def test_the_boundary_keeps_every_role_from(action: str, resource: str) -> None:
    assert not allows(BOUNDARY, action, resource)


def test_a_role_is_taken_on_by_its_jobs_alone() -> None:
    document = json.loads(trust_policy("arn:provider", ["repo:o/r:environment:dev"]))
    (statement,) = document["Statement"]
    issuer = "token.actions.githubusercontent.com"
    assert statement == {
        "Effect": "Allow",
        "Principal": {"Federated": "arn:provider"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{issuer}:aud": "sts.amazonaws.com",
                f"{issuer}:sub": ["repo:o/r:environment:dev"],
            }
        },
    }


def test_longest_names_stay_within_the_limits_of_iam() -> None:
    longest = Place(
        "aws-us-gov", "us-gov-west-1", ACCOUNT, "bigcommerce", "s" * 40, "d" * 60, "Z" * 20,
        "b" * 63, "arn:aws-us-gov:kms:us-gov-west-1:000000000000:key/" + "k" * 36,
    )  # fmt: skip
    assert len("".join(deploy_policy(longest).split())) <= 10_240
    assert len("".join(boundary_policy(longest).split())) <= 6_144
    for name in (boundary_name, deploy_role_name, preview_role_name):
        assert len(name(longest.project, longest.stack)) <= 64
