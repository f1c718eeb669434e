"""StackFunction: each function, and the limits of its role."""

import importlib
from pathlib import Path

import pytest
from pydantic.alias_generators import to_camel

from components.callbacks import CALLBACKS, Callback
from components.settings.stack import PROJECT_AND_STACK
from tests.components.recorder import API_ENDPOINT, KEY_ARN, Recording, Resource
from tests.components.recordings import PROJECT, Recorder
from tests.components.stacks import (
    ACME_APP,
    RESERVED,
    RUTTER_CLIENT_SECRET,
)

# The most that a role's inline policies may have. White space does not count.
IAM_POLICY_CHARACTERS = 10_240

each_callback = pytest.mark.parametrize("callback", CALLBACKS, ids=lambda each: each.name)


def variables(function: Resource) -> dict[str, str]:
    return dict(function.inputs["environment"]["variables"])


@each_callback
def test_function_needs_its_log_group_and_policy(awaiting: Recording, callback: Callback) -> None:
    function = awaiting.one("Function", callback.name)
    log_group = awaiting.one("LogGroup", callback.name)
    policy = awaiting.one("RolePolicy", callback.name)
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


def test_environment_names_what_a_function_uses(awaiting: Recording) -> None:
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
    functions = awaiting.all("Function")
    assert {each.name for each in functions} == {*own, "remove-user"}
    for function in functions:
        assert variables(function) == {
            "SERVICE_NAME": "bigcommerce-test",
            "RES_OPTIONS": "timeout:1 attempts:2",
            **shared,
            **own.get(function.name, {}),
        }


def test_settings_change_the_functions(customized: Recording) -> None:
    for callback in CALLBACKS:
        inputs = customized.one("Function", callback.name).inputs
        assert inputs["memorySize"] == 1769
        assert inputs["reservedConcurrentExecutions"] == RESERVED[to_camel(callback.module)]
        assert inputs["tracingConfig"] == {"mode": "Active"}
        assert customized.one("LogGroup", callback.name).inputs["retentionInDays"] == 90
    auth = variables(customized.one("Function", "auth"))
    assert auth["BASE_URL"] == "https://apps.example.com"
    assert auth["LOGIN_URL"] == "https://login.example.com"
    assert auth["FRAME_ANCESTORS"] == "https://a.example.com https://b.example.com"
    uninstall = variables(customized.one("Function", "uninstall"))
    assert uninstall["UNINSTALLED_RETENTION_SECONDS"] == "432000"


def test_longest_names_and_180_apps_stay_within_the_limits_of_iam(record: Recorder) -> None:
    def largest(apps: int) -> Recording:
        ids = [f"{index:036}" for index in range(apps)]  # as long as UUIDs
        rutter = {id_: {"clientId": id_, "webhooks": True} for id_ in ids}
        return record(
            {
                "apps": [ACME_APP | {"organizationId": id_, "rutter": rutter[id_]} for id_ in ids],
                "rutterClientSecrets": dict.fromkeys(ids, RUTTER_CLIENT_SECRET),
                "functions": {"tracing": True},
            },
            stack="s" * (PROJECT_AND_STACK - len(PROJECT)),
        )

    def characters(policy: Resource) -> int:
        text = policy.inputs["policy"]
        # ARNs are longest in GovCloud.
        text = text.replace("arn:aws:", "arn:aws-us-gov:").replace("us-east", "us-gov-west")
        return len("".join(text.split()))

    one, two = largest(1), largest(2)
    for kind in ("Role", "Function"):
        assert max(len(each.inputs["name"]) for each in one.all(kind)) == 64
    for policy in one.all("RolePolicy"):
        an_app = characters(two.one("RolePolicy", policy.name)) - characters(policy)
        assert characters(policy) + 179 * an_app <= IAM_POLICY_CHARACTERS
