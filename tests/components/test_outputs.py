"""The stack's outputs: what the engineer reads."""

import json
from typing import Any

import pytest

from portal.model import Registration
from portal.sheet.documents import markdown_sheet
from portal.sheet.install_links import install_links
from tests.components.recorder import API_ENDPOINT, KEY_ID, Recording
from tests.components.recordings import Recorder
from tests.components.stacks import (
    ACME,
    ACME_APP,
    CLIENT_ID,
    CLIENT_SECRET,
    CUSTOMIZED,
    DOMAIN,
    GLOBEX,
    GLOBEX_APP,
    REGISTERED_GLOBEX_APP,
)
from tests.documents import code_spans, table

SECRET_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:bigcommerce/test/apps/"
POLICY_ARN = "arn:aws:iam::123456789012:policy/bigcommerce-test-access-token-reader"
# Other tests check these.
RENDERINGS = {"readme", "registration", "operations"}
LOGIN = "https://login.bigcommerce.com"
INSTALL_LINKS = {
    "externalInstall": f"{LOGIN}/app/{CLIENT_ID}/install",
    "draftApp": f"{LOGIN}/deep-links/manage/marketplace/apps/my-apps/drafts",
}


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


def without_renderings(recording: Recording) -> dict[str, Any]:
    """The outputs that are values; of the install links, those that are links."""
    outputs = {name: value for name, value in recording.outputs.items() if name not in RENDERINGS}
    outputs["installLinks"] = {
        id_: {name: link for name, link in links.items() if name != "buttonHtml"}
        for id_, links in outputs["installLinks"].items()
    }
    return outputs


def test_registering_an_app_changes_no_url(awaiting: Recording, ready: Recording) -> None:
    assert without_renderings(awaiting)["technicalTab"] == {GLOBEX: globex("awaiting-registration")}
    assert without_renderings(ready) == without_renderings(awaiting) | {
        "technicalTab": {GLOBEX: globex("awaiting-urls")},
        "installLinks": {GLOBEX: INSTALL_LINKS},
    }


def test_outputs_of_two_apps_have_the_urls_of_the_first_at_the_top_level(
    two_apps: Recording,
) -> None:
    assert without_renderings(two_apps) == {
        "baseUrl": API_ENDPOINT,
        "apiId": "abc123",
        "technicalTab": {
            GLOBEX: globex("awaiting-urls"),
            ACME: urls(ACME)
            | {
                "multipleUsers": True,
                "scopes": ["Products: read-only", "Orders: modify"],
                "status": "awaiting-registration",
            },
        },
        **urls(GLOBEX),
        "registeredUrls": {},
        "rutterWebhookUrls": {},
        "installLinks": {GLOBEX: INSTALL_LINKS},
        "credentialSecretArns": {
            GLOBEX: f"{SECRET_ARN}{GLOBEX}-AbCdEf",
            ACME: f"{SECRET_ARN}{ACME}-AbCdEf",
        },
        "installationsTable": "bigcommerce-test-installations",
        "installationsTableArn": (
            "arn:aws:dynamodb:us-east-1:123456789012:table/bigcommerce-test-installations"
        ),
        "installationsIndex": "by-organization",
        "accessTokenKeyArn": f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}",
        "accessTokenReaderPolicyArn": POLICY_ARN,
        "operatorPolicyArn": "arn:aws:iam::123456789012:policy/bigcommerce-test-operator",
        "authLogGroup": "/aws/lambda/bigcommerce-test-auth",
        "loadLogGroup": "/aws/lambda/bigcommerce-test-load",
        "uninstallLogGroup": "/aws/lambda/bigcommerce-test-uninstall",
        "removeUserLogGroup": "/aws/lambda/bigcommerce-test-remove-user",
        "eventBusArn": "",
    }


def test_every_output_is_documented(awaiting: Recording) -> None:
    rows = table("docs/outputs.md", "Output", "Meaning")
    assert {name for names, _ in rows for name in code_spans(names)} == awaiting.outputs.keys()


def test_every_output_has_the_urls_of_a_custom_domain(customized: Recording) -> None:
    outputs = without_renderings(customized)
    base_url = "https://apps.example.com"
    assert outputs["baseUrl"] == base_url
    assert outputs["technicalTab"] == {GLOBEX: globex("awaiting-urls", base_url)}
    assert outputs.items() >= urls(GLOBEX, base_url).items()
    assert API_ENDPOINT not in customized.outputs["readme"]


def test_other_outputs_render_the_registration(two_apps: Recording) -> None:
    output = two_apps.outputs["registration"]
    registration = Registration.model_validate(output)
    assert registration.technical_tabs() == two_apps.outputs["technicalTab"]
    assert install_links(registration) == two_apps.outputs["installLinks"]
    assert two_apps.outputs["readme"] == markdown_sheet(registration)
    assert output["apps"][0].items() >= REGISTERED_GLOBEX_APP.items()
    assert (output["stack"], output["packaged"], output["logRetentionDays"]) == ("test", False, 30)
    assert output["frameAncestors"] == ["https://*.mybigcommerce.com", "https://*.bigcommerce.com"]


@pytest.mark.parametrize("preview", [True, False])
def test_a_new_domain_is_warned_about_before_resources(record: Recorder, *, preview: bool) -> None:
    registered = GLOBEX_APP | {"registeredBaseUrl": API_ENDPOINT}
    domain = DOMAIN | {"keepDefaultEndpoint": True}
    (warned,) = record({"apps": [registered], "domain": domain}, preview=preview).warnings
    assert warned.resources == 0
    assert f"has those below {API_ENDPOINT}. " in warned.text
    for url in urls(GLOBEX, "https://apps.example.com").values():
        assert url in warned.text
    assert (
        "pulumi config set --stack test --path 'apps[0].registeredBaseUrl' "
        "https://apps.example.com" in warned.text
    )


def test_a_change_back_to_the_default_endpoint_is_warned_about(record: Recorder) -> None:
    registered = GLOBEX_APP | {"registeredBaseUrl": "https://old.example.com"}
    recording = record({"apps": [ACME_APP, registered]})
    (warned,) = recording.warnings
    assert f"Auth Callback URL: {API_ENDPOINT}/{GLOBEX}/redirect-url" in warned.text
    assert "'apps[1].registeredBaseUrl'" in warned.text
    assert recording.outputs["registeredUrls"] == {GLOBEX: urls(GLOBEX, "https://old.example.com")}
    assert recording.outputs["technicalTab"][GLOBEX].items() >= urls(GLOBEX).items()


def test_urls_that_stay_the_same_cause_no_warning(record: Recorder, awaiting: Recording) -> None:
    registered = GLOBEX_APP | {"registeredBaseUrl": "https://apps.example.com"}
    assert record({"apps": [registered], "domain": DOMAIN}).warnings == []
    assert awaiting.warnings == []


def test_only_the_secret_has_the_client_secret(two_apps: Recording) -> None:
    assert CLIENT_SECRET not in json.dumps(two_apps.outputs)
    assert CLIENT_SECRET not in json.dumps(two_apps.registered_outputs)
    assert two_apps.secret_outputs == []
    secret = [(each.kind, path) for each in two_apps.resources for path in each.secret_inputs]
    assert secret == [("SecretVersion", "secretString")] * 2
    for resource in two_apps.resources:
        if resource.kind != "SecretVersion":
            assert CLIENT_SECRET not in json.dumps(resource.inputs)


def test_preview_registers_the_same_resources(record: Recorder, customized: Recording) -> None:
    preview = record(CUSTOMIZED, preview=True)
    assert {each.urn for each in preview.resources} == {each.urn for each in customized.resources}
    assert preview.outputs.keys() == customized.outputs.keys()
