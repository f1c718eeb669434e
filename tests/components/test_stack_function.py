"""StackFunction: what each function is, and what its role may do."""

import importlib
import json
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from pydantic.alias_generators import to_camel

from components.callbacks import AUTH, CALLBACKS, Callback
from components.settings.stack import PROJECT_AND_STACK
from tests.components.recorder import API_ENDPOINT, KEY_ARN, Recording, Resource
from tests.components.recordings import PROJECT, Recorder
from tests.components.stacks import (
    ACME,
    GLOBEX,
    RESERVED,
    RUTTER_CLIENT_SECRET,
    with_app,
)

FUNCTION = "aws:lambda/function:Function"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"

# What an inline policy of a role may have, white space not counted.
IAM_POLICY_CHARACTERS = 10_240

each_callback = pytest.mark.parametrize("callback", CALLBACKS, ids=lambda each: each.name)


def variables(function: Resource) -> dict[str, str]:
    return dict(function.inputs["environment"]["variables"])


@pytest.mark.parametrize(
    ("partition_key", "writable"),
    [(f"ORG#{GLOBEX}#STORE#abc123def4", True), (f"ORG#{GLOBEX}", False), ("anything", False)],
)
def test_functions_write_stores_records_and_no_apps(
    awaiting: Recording, partition_key: str, writable: bool
) -> None:
    """StringLike as IAM evaluates it; the embedded AWS does not know the condition's key."""
    (app,) = awaiting.all("aws:dynamodb/tableItem:TableItem")
    assert json.loads(app.inputs["item"])["pk"]["S"] == f"ORG#{GLOBEX}"
    policy = json.loads(awaiting.one(ROLE_POLICY, AUTH.name).inputs["policy"])
    (write,) = (each for each in policy["Statement"] if "Condition" in each)
    patterns = write["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert any(fnmatchcase(partition_key, pattern) for pattern in patterns) == writable


@each_callback
def test_function_runs_its_handler_after_its_log_group_and_policy_are_there(
    awaiting: Recording, callback: Callback
) -> None:
    function = awaiting.one(FUNCTION, callback.name)
    log_group = awaiting.one(LOG_GROUP, callback.name)
    policy = awaiting.one(ROLE_POLICY, callback.name)
    assert {log_group.urn, policy.urn} <= set(function.depends_on)
    name = f"bigcommerce-test-{callback.name}"
    assert log_group.inputs == {"name": f"/aws/lambda/{name}", "retentionInDays": 30}
    inputs = dict(function.inputs)
    assert Path(inputs.pop("code")["archive"]).suffix == ".zip"
    module, _, handler = inputs.pop("handler").rpartition(".")
    assert callable(getattr(importlib.import_module(module), handler))
    assert inputs.pop("environment")
    assert inputs == {
        "name": name,
        "description": f"BigCommerce {callback.portal_field.label}",
        "role": f"arn:aws:iam::123456789012:role/{name}",
        "runtime": "python3.13",
        "architectures": ["arm64"],
        "memorySize": 1024,
        # Less than the 30 seconds after which API Gateway gives up.
        "timeout": 25 if callback.name == "auth" else 15,
        "tracingConfig": {"mode": "PassThrough"},
    }


def test_environment_says_where_things_are(awaiting: Recording) -> None:
    shared = {
        "TABLE_NAME": "bigcommerce-test-installations",
        "SECRET_PREFIX": "bigcommerce/test/apps/",
        "FRAME_ANCESTORS": "https://*.mybigcommerce.com https://*.bigcommerce.com",
    }
    own = {
        "auth": {
            "BASE_URL": API_ENDPOINT,
            "SERVED_BASE_URLS": API_ENDPOINT,
            "LOGIN_URL": "https://login.bigcommerce.com",
            "ACCESS_TOKEN_KEY_ARN": KEY_ARN,
        },
        "load": {"BASE_URL": API_ENDPOINT},
        "uninstall": {"UNINSTALLED_RETENTION_SECONDS": "2592000"},
    }
    functions = awaiting.all(FUNCTION)
    assert {each.name for each in functions} == {*own, "remove-user"}
    for function in functions:
        assert variables(function) == {
            "SERVICE_NAME": "bigcommerce-test",
            "RES_OPTIONS": "timeout:1 attempts:2",
            **shared,
            **own.get(function.name, {}),
        }


def test_functions_take_their_settings(customized: Recording) -> None:
    for callback in CALLBACKS:
        inputs = customized.one(FUNCTION, callback.name).inputs
        assert inputs["memorySize"] == 1769
        assert inputs["reservedConcurrentExecutions"] == RESERVED[to_camel(callback.module)]
        assert inputs["tracingConfig"] == {"mode": "Active"}
        assert customized.one(LOG_GROUP, callback.name).inputs["retentionInDays"] == 90
    auth = variables(customized.one(FUNCTION, "auth"))
    assert auth["BASE_URL"] == "https://apps.example.com"
    assert auth["LOGIN_URL"] == "https://login.example.com"
    assert auth["FRAME_ANCESTORS"] == "https://a.example.com https://b.example.com"
    uninstall = variables(customized.one(FUNCTION, "uninstall"))
    assert uninstall["UNINSTALLED_RETENTION_SECONDS"] == "432000"


def test_longest_names_stay_within_the_limits_of_iam(record: Recorder) -> None:
    stack = "s" * (PROJECT_AND_STACK - len(PROJECT))
    config = with_app(rutter={"clientId": "a", "webhooks": True}) | {
        "rutterClientSecrets": {ACME: RUTTER_CLIENT_SECRET}
    }
    largest = record(config | {"functions": {"tracing": True}}, stack=stack)
    for type_ in (ROLE, FUNCTION):
        assert max(len(each.inputs["name"]) for each in largest.all(type_)) == 64
    for each in largest.all(ROLE_POLICY):
        policy = each.inputs["policy"]
        # ARNs are longest in GovCloud.
        policy = policy.replace("arn:aws:", "arn:aws-us-gov:").replace("us-east", "us-gov-west")
        assert len("".join(policy.split())) <= IAM_POLICY_CHARACTERS
