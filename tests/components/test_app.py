"""BigCommerceApp: what the stack has for each app, and what an app adds to it."""

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from lambdas.callbacks import apps, aws, credentials
from lambdas.callbacks.errors import AppNotRegisteredError
from tests.components.recorder import Recording, Resource
from tests.components.recordings import Recorder
from tests.components.stacks import (
    ACME,
    APP_URL,
    CLIENT_ID,
    CLIENT_SECRET,
    GLOBEX,
    HANDED_OVER,
    HANDOFF_KEY,
)

SECRET = "aws:secretsmanager/secret:Secret"
SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
TABLE_ITEM = "aws:dynamodb/tableItem:TableItem"


def test_secret_is_named_for_project_stack_and_organization(awaiting: Recording) -> None:
    secret = awaiting.one(SECRET, GLOBEX)
    assert secret.inputs["name"] == f"bigcommerce/test/apps/{GLOBEX}"


def test_deleted_secret_can_be_recovered_where_the_stack_is_protected(
    awaiting: Recording, customized: Recording
) -> None:
    assert awaiting.one(SECRET).inputs["recoveryWindowInDays"] == 30
    # So that the stack can be created again at once under the same names.
    assert customized.one(SECRET).inputs["recoveryWindowInDays"] == 0


def test_secret_is_empty_until_the_app_is_registered(awaiting: Recording) -> None:
    version = awaiting.one(SECRET_VERSION, GLOBEX)
    assert version.inputs["secretString"] == "{}"
    assert version.secret_inputs == ["secretString"]


def test_secret_holds_the_credentials_of_a_registered_app(ready: Recording) -> None:
    version = ready.one(SECRET_VERSION, GLOBEX)
    assert version.inputs["secretId"] == (
        f"arn:aws:secretsmanager:us-east-1:123456789012:secret:bigcommerce/test/apps/{GLOBEX}-AbCdEf"
    )
    assert json.loads(version.inputs["secretString"]) == {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    assert version.secret_inputs == ["secretString"]


def test_an_app_with_a_url_of_its_own_has_a_handoff_key(record: Recorder) -> None:
    recording = record(HANDED_OVER)
    secret = json.loads(recording.one(SECRET_VERSION, GLOBEX).inputs["secretString"])
    assert secret["handoff_key"] == HANDOFF_KEY
    item = json.loads(recording.one(TABLE_ITEM, GLOBEX).inputs["item"])
    assert item["app_url"] == {"S": APP_URL}
    assert HANDOFF_KEY not in json.dumps(recording.outputs)


def test_registering_an_app_changes_the_secrets_value_and_nothing_else(
    awaiting: Recording, ready: Recording
) -> None:
    before, after = _by_urn(awaiting), _by_urn(ready)
    assert before.keys() == after.keys()
    changed = [after[urn] for urn in before if before[urn] != after[urn]]
    assert [resource.type for resource in changed] == [SECRET_VERSION]


def test_adding_an_app_adds_a_component_with_three_resources_and_changes_nothing_else(
    ready: Recording, two_apps: Recording
) -> None:
    before, after = _by_urn(ready), _by_urn(two_apps)
    added = [after[urn] for urn in after.keys() - before.keys()]
    assert sorted(resource.type for resource in added) == [
        TABLE_ITEM,
        SECRET,
        SECRET_VERSION,
        "bigcommerce:index:BigCommerceApp",
    ]
    assert {resource.name for resource in added} == {ACME}
    assert [urn for urn in before if before[urn] != after[urn]] == []


def _by_urn(recording: Recording) -> dict[str, Resource]:
    return {resource.urn: resource for resource in recording.resources}


@pytest.fixture
def deployed(two_apps: Recording, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The recorded table items and secrets, on simulated AWS services."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("TABLE_NAME", "bigcommerce-test-installations")
    monkeypatch.setenv("SECRET_PREFIX", "bigcommerce/test/apps/")
    with mock_aws():
        _forget()
        _create_table(two_apps.one("aws:dynamodb/table:Table"))
        for item in two_apps.all(TABLE_ITEM):
            boto3.client("dynamodb").put_item(
                TableName=item.inputs["tableName"], Item=json.loads(item.inputs["item"])
            )
        for version in two_apps.all(SECRET_VERSION):
            boto3.client("secretsmanager").create_secret(
                Name=two_apps.one(SECRET, version.name).inputs["name"],
                SecretString=version.inputs["secretString"],
            )
        yield
        # AWS may be simulated for longer, for other tests of this process.
        boto3.client("dynamodb").delete_table(
            TableName=two_apps.one("aws:dynamodb/table:Table").inputs["name"]
        )
        for secret in two_apps.all(SECRET):
            boto3.client("secretsmanager").delete_secret(
                SecretId=secret.inputs["name"], ForceDeleteWithoutRecovery=True
            )
    _forget()


def _create_table(table: Resource) -> None:
    boto3.client("dynamodb").create_table(
        TableName=table.inputs["name"],
        KeySchema=[
            {"AttributeName": table.inputs["hashKey"], "KeyType": "HASH"},
            {"AttributeName": table.inputs["rangeKey"], "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": each["name"], "AttributeType": each["type"]}
            for each in table.inputs["attributes"]
        ],
        BillingMode=table.inputs["billingMode"],
    )


def _forget() -> None:
    apps.forget()
    credentials.forget()
    aws.dynamodb.cache_clear()
    aws.secretsmanager.cache_clear()


@pytest.mark.usefixtures("deployed")
def test_the_functions_can_read_the_profiles() -> None:
    assert apps.find(GLOBEX) == apps.AppProfile(
        organization_id=GLOBEX,
        name="Globex *Sync*",
        scopes=("store_v2_information_read_only",),
        multiple_users=False,
        support_url="https://support.example.com/globex",
    )
    assert apps.find(ACME) == apps.AppProfile(
        organization_id=ACME,
        name="Acme & Sons",
        scopes=("store_v2_products_read_only", "store_v2_orders"),
        multiple_users=True,
        support_url=None,
    )


@pytest.mark.usefixtures("deployed")
def test_the_functions_can_read_the_credentials() -> None:
    found = credentials.find(GLOBEX)
    assert (found.client_id, found.client_secret) == (CLIENT_ID, CLIENT_SECRET)
    with pytest.raises(AppNotRegisteredError):
        credentials.find(ACME)
