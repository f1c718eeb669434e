"""`policy`: what a consumer of one app is allowed, enforced where the embedded AWS does."""

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdas.records.access_tokens import encryption_context
from lambdas.records.installation_item import key
from local.backend import LocalBackend
from local.bigcommerce import Store
from tests.ops.stores.conftest import Run

pytestmark = pytest.mark.emulated


def printed(run: Run, organization_id: str) -> dict[str, Any]:
    done = run("policy", organization_id)
    assert (done.status, done.err) == (0, "")
    policy: dict[str, Any] = json.loads(done.out)
    return policy


def test_a_consumer_reads_records_and_lists_by_the_index_and_nothing_else(
    run: Run, backend: LocalBackend, store: Store, assume: Callable[..., None]
) -> None:
    """The embedded AWS enforces actions and resources; it does not know these conditions."""
    policy = printed(run, "org-a")
    for statement in policy["Statement"]:
        assert statement.pop("Condition")
    assume("one-app", policy)
    dynamodb = boto3.Session().client("dynamodb")
    table = backend.outputs["installationsTable"]
    item = dynamodb.get_item(TableName=table, Key=key("org-a", store.hash))["Item"]
    for refused in (
        lambda: dynamodb.scan(TableName=table),
        lambda: dynamodb.scan(TableName=table, IndexName="by-organization"),
        lambda: dynamodb.put_item(TableName=table, Item=item),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            refused()


@pytest.mark.parametrize(("organization_id", "allowed"), [("org-a", True), ("org-b", False)])
def test_the_conditions_hold_for_the_apps_own_stores_alone(
    run: Run, organization_id: str, allowed: bool
) -> None:
    """The conditions as IAM evaluates them, for a request that names an organization's keys."""
    read, listed, decrypt = (each["Condition"] for each in printed(run, "org-a")["Statement"])
    assert read["Null"] == listed["Null"] == {"dynamodb:LeadingKeys": "false"}
    (pattern,) = read["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert fnmatchcase(key(organization_id, "abc123")["pk"]["S"], pattern) == allowed
    assert not fnmatchcase("ORG#org-a", pattern)  # the app's profile
    (value,) = listed["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"]
    assert (value == organization_id) == allowed
    context = encryption_context(organization_id, "abc123")
    assert decrypt["Null"] == {"kms:EncryptionContext:issuer": "true"}
    assert "issuer" not in context
    ((condition, value),) = decrypt["StringEquals"].items()
    name = condition.removeprefix("kms:EncryptionContext:")
    assert (context[name] == value) == allowed


def test_a_policy_for_no_app_is_refused(run: Run) -> None:
    done = run("policy", "org-aa")
    assert done.status == 2
    assert "It has, for example: org-a" in done.err
