"""The stack's outputs: what the engineer reads."""

import json
from typing import Any

from tests.components.recorder import API_ENDPOINT, Recording
from tests.components.recordings import Recorder
from tests.components.stacks import ACME, CLIENT_SECRET, CUSTOMIZED, GLOBEX

SECRET_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:bigcommerce/test/"
POLICY_ARN = "arn:aws:iam::123456789012:policy/bigcommerce-test-access-token-reader"
# Its words have tests of their own.
SHEET = "registrationSheet"


def urls(organization_id: str, base_url: str = API_ENDPOINT) -> dict[str, str]:
    return {
        "authCallbackUrl": f"{base_url}/{organization_id}/redirect-url",
        "loadCallbackUrl": f"{base_url}/{organization_id}/load",
        "uninstallCallbackUrl": f"{base_url}/{organization_id}/uninstall",
        "removeUserCallbackUrl": f"{base_url}/{organization_id}/remove-user",
    }


def globex(status: str, base_url: str = API_ENDPOINT) -> dict[str, Any]:
    return urls(GLOBEX, base_url) | {
        "multipleUsers": False,
        "scopes": ["Information & Settings: read-only"],
        "status": status,
    }


def without_sheet(recording: Recording) -> dict[str, Any]:
    outputs = dict(recording.outputs)
    assert outputs.pop(SHEET).startswith("# Registration sheet of stack test\n")
    return outputs


def test_outputs_of_an_app_that_awaits_registration(awaiting: Recording) -> None:
    assert without_sheet(awaiting) == {
        "baseUrl": API_ENDPOINT,
        "technicalTab": {GLOBEX: globex("awaiting-registration")},
        **urls(GLOBEX),
        "credentialSecretArns": {GLOBEX: f"{SECRET_ARN}{GLOBEX}-AbCdEf"},
        "installationsTable": "bigcommerce-test-installations",
        "accessTokenReaderPolicyArn": POLICY_ARN,
    }


def test_registering_an_app_changes_its_status_and_no_url(
    awaiting: Recording, ready: Recording
) -> None:
    assert without_sheet(ready) == without_sheet(awaiting) | {
        "technicalTab": {GLOBEX: globex("ready")}
    }


def test_outputs_of_two_apps_have_no_urls_at_the_top_level(two_apps: Recording) -> None:
    assert without_sheet(two_apps) == {
        "baseUrl": API_ENDPOINT,
        "technicalTab": {
            GLOBEX: globex("ready"),
            ACME: urls(ACME)
            | {
                "multipleUsers": True,
                "scopes": ["Products: read-only", "Orders: modify"],
                "status": "awaiting-registration",
            },
        },
        "credentialSecretArns": {
            GLOBEX: f"{SECRET_ARN}{GLOBEX}-AbCdEf",
            ACME: f"{SECRET_ARN}{ACME}-AbCdEf",
        },
        "installationsTable": "bigcommerce-test-installations",
        "accessTokenReaderPolicyArn": POLICY_ARN,
    }


def test_urls_of_a_custom_domain_stand_in_every_output(customized: Recording) -> None:
    outputs = without_sheet(customized)
    base_url = "https://apps.example.com"
    assert outputs["baseUrl"] == base_url
    assert outputs["technicalTab"] == {GLOBEX: globex("ready", base_url)}
    assert outputs.items() >= urls(GLOBEX, base_url).items()
    assert API_ENDPOINT not in customized.outputs[SHEET]


def test_client_secret_is_in_its_secret_and_nowhere_else(two_apps: Recording) -> None:
    assert CLIENT_SECRET not in json.dumps(two_apps.outputs)
    assert CLIENT_SECRET not in json.dumps(two_apps.registered_outputs)
    assert two_apps.secret_outputs == []
    secret = [(each.type, path) for each in two_apps.resources for path in each.secret_inputs]
    type_ = "aws:secretsmanager/secretVersion:SecretVersion"
    assert secret == [(type_, "secretString")] * 2
    for resource in two_apps.resources:
        if resource.type != type_:
            assert CLIENT_SECRET not in json.dumps(resource.inputs)


def test_preview_registers_the_same_resources_without_knowing_what_aws_gives(
    record: Recorder, customized: Recording
) -> None:
    preview = record(CUSTOMIZED, preview=True)
    assert {each.urn for each in preview.resources} == {each.urn for each in customized.resources}
    assert preview.outputs.keys() == customized.outputs.keys()
