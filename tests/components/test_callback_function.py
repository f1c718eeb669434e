"""CallbackFunction: what each function is, and what its role may do."""

import ast
import importlib
import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from modulefinder import ModuleFinder
from pathlib import Path
from typing import Any

import pytest

from components.callbacks import CALLBACKS, Callback
from tests.components.recorder import API_ENDPOINT, KEY_ID, Recording, Resource
from tests.components.recordings import ROOT, Recorder
from tests.components.stacks import ACME, ACME_APP, GLOBEX

FUNCTION = "aws:lambda/function:Function"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"

LAMBDAS = ROOT / "lambdas"
TABLE_ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/bigcommerce-test-installations"
KEY_ARN = f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}"
LOG_ARN = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/bigcommerce-test-"
SECRET_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:bigcommerce/test/"
# What an inline policy of a role may have, white space not counted.
IAM_POLICY_CHARACTERS = 10_240

each_callback = pytest.mark.parametrize("callback", CALLBACKS, ids=lambda each: each.name)


def statements(recording: Recording, callback: Callback) -> list[dict[str, Any]]:
    policy = json.loads(recording.one(ROLE_POLICY, callback.name).inputs["policy"])
    assert policy["Version"] == "2012-10-17"
    found: list[dict[str, Any]] = policy["Statement"]
    return found


def variables(function: Resource) -> dict[str, str]:
    return dict(function.inputs["environment"]["variables"])


def test_there_is_one_function_for_each_callback(awaiting: Recording) -> None:
    assert {function.name for function in awaiting.all(FUNCTION)} == {
        "auth",
        "load",
        "uninstall",
        "remove-user",
    }


@each_callback
def test_role_may_do_only_what_its_callback_needs(two_apps: Recording, callback: Callback) -> None:
    expected: list[dict[str, Any]] = [
        {
            "Sid": "WriteLog",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [f"{LOG_ARN}{callback.name}:*"],
        },
        {
            "Sid": "ReadCredentials",
            "Effect": "Allow",
            "Action": ["secretsmanager:GetSecretValue"],
            "Resource": [f"{SECRET_ARN}apps/*"],
        },
        {
            "Sid": "ReadItems",
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem"],
            "Resource": [TABLE_ARN],
        },
        {
            "Sid": "WriteRecords",
            "Effect": "Allow",
            "Action": ["dynamodb:PutItem"],
            "Resource": [TABLE_ARN],
            "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["ORG#*#STORE#*"]}},
        },
    ]
    if callback.name == "auth":
        expected.append(
            {
                "Sid": "EncryptAccessTokens",
                "Effect": "Allow",
                "Action": ["kms:Encrypt"],
                "Resource": [KEY_ARN],
            }
        )
    assert statements(two_apps, callback) == expected


@each_callback
@pytest.mark.parametrize(
    ("partition_key", "writable"),
    [
        (f"ORG#{GLOBEX}#STORE#abc123def4", True),
        (f"ORG#{GLOBEX}", False),
        (f"ORG#{ACME}", False),
        ("anything", False),
    ],
)
def test_functions_write_stores_records_and_no_apps(
    two_apps: Recording, callback: Callback, partition_key: str, writable: bool
) -> None:
    """StringLike as IAM evaluates it; the embedded AWS does not know the condition's key."""
    (write,) = (each for each in statements(two_apps, callback) if "Condition" in each)
    assert write["Action"] == ["dynamodb:PutItem"]
    patterns = write["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert any(fnmatchcase(partition_key, pattern) for pattern in patterns) == writable
    items = {item.inputs["hashKey"] for item in two_apps.all("aws:dynamodb/tableItem:TableItem")}
    assert items == {"pk"}
    keys = {
        json.loads(item.inputs["item"])["pk"]["S"]
        for item in two_apps.all("aws:dynamodb/tableItem:TableItem")
    }
    assert keys == {f"ORG#{GLOBEX}", f"ORG#{ACME}"}


@each_callback
@pytest.mark.parametrize("stack", ["two_apps", "customized"])
def test_wildcards_stand_only_where_aws_allows_no_name(
    stack: str, callback: Callback, request: pytest.FixtureRequest
) -> None:
    recording: Recording = request.getfixturevalue(stack)
    for statement in statements(recording, callback):
        assert not any("*" in action for action in statement["Action"])
        if any("*" in resource for resource in statement["Resource"]):
            assert statement["Sid"] in {"WriteLog", "Trace", "ReadCredentials"}


def test_only_auth_may_encrypt_and_no_function_may_decrypt(customized: Recording) -> None:
    key_actions = {
        callback.name: [
            action
            for statement in statements(customized, callback)
            for action in statement["Action"]
            if action.startswith("kms:")
        ]
        for callback in CALLBACKS
    }
    assert key_actions == {"auth": ["kms:Encrypt"], "load": [], "uninstall": [], "remove-user": []}


@each_callback
def test_role_is_the_functions_own_and_only_lambda_may_assume_it(
    awaiting: Recording, callback: Callback
) -> None:
    role = awaiting.one(ROLE, callback.name)
    assert json.loads(role.inputs["assumeRolePolicy"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    name = f"bigcommerce-test-{callback.name}"
    assert role.inputs["name"] == name
    assert awaiting.one(ROLE_POLICY, callback.name).inputs["role"] == name
    function = awaiting.one(FUNCTION, callback.name)
    assert function.inputs["role"] == f"arn:aws:iam::123456789012:role/{name}"


@each_callback
def test_log_group_and_policy_are_there_before_the_function(
    awaiting: Recording, callback: Callback
) -> None:
    function = awaiting.one(FUNCTION, callback.name)
    log_group = awaiting.one(LOG_GROUP, callback.name)
    policy = awaiting.one(ROLE_POLICY, callback.name)
    assert {log_group.urn, policy.urn} <= set(function.depends_on)
    assert log_group.inputs["name"] == f"/aws/lambda/{function.inputs['name']}"
    assert log_group.inputs["retentionInDays"] == 30


@each_callback
def test_function_runs_its_handler(awaiting: Recording, callback: Callback) -> None:
    inputs = awaiting.one(FUNCTION, callback.name).inputs
    assert inputs["name"] == f"bigcommerce-test-{callback.name}"
    assert inputs["runtime"] == "python3.13"
    assert inputs["architectures"] == ["arm64"]
    assert inputs["memorySize"] == 512
    assert Path(inputs["code"]["archive"]).suffix == ".zip"
    module, _, name = inputs["handler"].rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))


def test_every_answer_comes_before_api_gateway_gives_up(awaiting: Recording) -> None:
    timeouts = {each.name: each.inputs["timeout"] for each in awaiting.all(FUNCTION)}
    assert timeouts == {"auth": 25, "load": 15, "uninstall": 15, "remove-user": 15}


@each_callback
def test_environment_is_exactly_what_the_function_reads(
    awaiting: Recording, callback: Callback
) -> None:
    given = variables(awaiting.one(FUNCTION, callback.name))
    # These are read by libraries: the second by the C library, where a name lookup would
    # otherwise outlast the function.
    assert given.pop("POWERTOOLS_SERVICE_NAME") == callback.name
    assert given.pop("RES_OPTIONS") == "timeout:1 attempts:2"
    assert given.keys() == set(variables_read(callback.handler.rpartition(".")[0]))


def variables_read(module: str) -> Iterator[str]:
    """The environment variables that a handler and what it imports ask `environment` for."""
    names = _variables_by_function()
    finder = ModuleFinder(path=[str(LAMBDAS.parent)])
    finder.import_hook(module)
    for found in finder.modules.values():
        file = getattr(found, "__file__", None)
        source = Path(file).read_text(encoding="utf-8") if file else ""
        for function in re.findall(r"\benvironment\.(\w+)\(", source):
            if function in names:
                yield names[function]


def _variables_by_function() -> dict[str, str]:
    tree = ast.parse((LAMBDAS / "callbacks" / "environment.py").read_text(encoding="utf-8"))
    return {
        function.name: match[1]
        for function in tree.body
        if isinstance(function, ast.FunctionDef)
        if (match := re.search(r"environ\['(\w+)'\]", ast.unparse(function)))
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
            "LOGIN_URL": "https://login.bigcommerce.com",
            "ACCESS_TOKEN_KEY_ARN": KEY_ARN,
        },
        "load": {"BASE_URL": API_ENDPOINT},
        "uninstall": {"UNINSTALLED_RETENTION_SECONDS": "2592000"},
    }
    for function in awaiting.all(FUNCTION):
        assert variables(function) == {
            "POWERTOOLS_SERVICE_NAME": function.name,
            "RES_OPTIONS": "timeout:1 attempts:2",
            **shared,
            **own.get(function.name, {}),
        }


def test_tracing_and_reserved_concurrency_are_off_unless_set(awaiting: Recording) -> None:
    for callback in CALLBACKS:
        inputs = awaiting.one(FUNCTION, callback.name).inputs
        assert inputs["tracingConfig"] == {"mode": "PassThrough"}
        assert "reservedConcurrentExecutions" not in inputs
        assert "Trace" not in [each["Sid"] for each in statements(awaiting, callback)]


def test_functions_take_their_settings(customized: Recording) -> None:
    for callback in CALLBACKS:
        inputs = customized.one(FUNCTION, callback.name).inputs
        assert inputs["memorySize"] == 1024
        assert inputs["reservedConcurrentExecutions"] == 3
        assert inputs["tracingConfig"] == {"mode": "Active"}
        assert {
            "Sid": "Trace",
            "Effect": "Allow",
            "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            "Resource": ["*"],
        } in statements(customized, callback)
        assert customized.one(LOG_GROUP, callback.name).inputs["retentionInDays"] == 90


def test_environment_takes_its_settings(customized: Recording) -> None:
    auth = variables(customized.one(FUNCTION, "auth"))
    assert auth["BASE_URL"] == "https://apps.example.com"
    assert auth["LOGIN_URL"] == "https://login.example.com"
    assert auth["FRAME_ANCESTORS"] == "https://a.example.com https://b.example.com"
    uninstall = variables(customized.one(FUNCTION, "uninstall"))
    assert uninstall["UNINSTALLED_RETENTION_SECONDS"] == "432000"


def test_longest_names_stay_within_the_limits_of_iam(record: Recorder) -> None:
    largest = record({"apps": [ACME_APP], "functions": {"tracing": True}}, stack="s" * 40)
    for callback in CALLBACKS:
        policy = largest.one(ROLE_POLICY, callback.name).inputs["policy"]
        # ARNs are longest in GovCloud.
        policy = policy.replace("arn:aws:", "arn:aws-us-gov:").replace("us-east", "us-gov-west")
        assert len("".join(policy.split())) <= IAM_POLICY_CHARACTERS
        assert len(largest.one(ROLE, callback.name).inputs["name"]) <= 64
        assert len(largest.one(FUNCTION, callback.name).inputs["name"]) <= 64
