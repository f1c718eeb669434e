"""The component package: what it makes of a consumer's inputs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pulumi import InputPropertiesError

from local.engine.program import Program
from ops.outputs import read_outputs
from ops.stores.stack import Stack
from tests.components.recorder import Recording, Resource, recorded
from tests.components.recordings import ALLOWED, PROJECT, STACK, Recorder
from tests.components.stacks import (
    ACME,
    ACME_APP,
    AWAITING,
    BOUNDARY_ARN,
    CLIENT_ID,
    CUSTOMIZED,
    DOMAIN,
    EVERYTHING,
    EVERYTHING_WRONG,
    READY,
    RUTTER,
    WITH_APP_URL,
)
from tests.components.test_outputs import RENDERINGS

# As in the program.
FROM_POLICY = "<from the policy>"
SECRET_URL = "https://secret.example.com"
# Inputs that another resource of the same program gives.
LATE: dict[str, Any] = {
    **READY,
    "clientSecrets": dict.fromkeys(READY["clientSecrets"], FROM_POLICY),
    "permissionsBoundaryArn": FROM_POLICY,
    "domain": DOMAIN | {"hostedZoneId": FROM_POLICY, "certificateArn": FROM_POLICY},
}
PROGRAM = Path(__file__).with_name("consumer.py")


@pytest.fixture(scope="session")
def record() -> Recorder:
    return Recorder()


def consume(
    inputs: Mapping[str, Any],
    *,
    names: str = "backend",
    preview: bool = False,
    stack: str = STACK,
    project: str = PROJECT,
) -> Recording:
    config = {f"{project}:inputs": json.dumps(inputs), f"{project}:names": names}
    allowed = {key: json.dumps(value) for key, value in ALLOWED.items()}
    return recorded(
        Program(
            str(PROGRAM),
            project,
            stack,
            config={**config, **allowed},
            preview=preview,
        )
    )


def problems(inputs: Mapping[str, Any], **options: Any) -> dict[str, str]:
    """The reason by path, which must lead the CLI to no value."""
    with pytest.raises(InputPropertiesError) as caught:
        consume(inputs, **options)
    assert caught.value.errors
    assert all(each["property_path"].endswith(" ") for each in caught.value.errors)
    return {each["property_path"].strip(): each["reason"] for each in caught.value.errors}


@pytest.mark.parametrize(
    ("settings", "preview"),
    [(each, False) for each in (AWAITING, WITH_APP_URL, CUSTOMIZED)]
    + [(EVERYTHING, False), (EVERYTHING, True), (AWAITING, True)],
)
def test_it_registers_and_gives_what_the_program_does(
    settings: dict[str, Any], preview: bool, record: Recorder
) -> None:
    of_program = record(settings, preview=preview)
    of_package = consume(settings, preview=preview)
    assert _by_urn(of_package) == _by_urn(of_program)
    assert of_package.outputs.keys() == of_program.outputs.keys()
    for name in of_program.outputs.keys() - RENDERINGS:
        assert of_package.outputs[name] == of_program.outputs[name]


def test_a_secret_that_would_be_plain_text_is_warned_about() -> None:
    given = {**READY, "apps": [{**READY["apps"][0], "supportUrl": SECRET_URL}]}
    (warned,) = consume(given).warnings
    assert warned.text.startswith("apps has a secret value, but it is plain text")


def test_the_sheet_and_warnings_say_what_to_set_in_the_program(record: Recorder) -> None:
    app = ACME_APP | {"registeredBaseUrl": "https://old.example.com"}
    settings = {"apps": [app], "domain": DOMAIN}
    for recording, commands in ((record(settings), True), (consume(settings), False)):
        (warned,) = recording.warnings
        for text in (warned.text, recording.outputs["readme"]):
            assert ("pulumi config set" in text) == commands
            assert ("In your program, set apps[0].registeredBaseUrl to" in text) != commands


def _by_urn(recording: Recording) -> dict[str, Resource]:
    return {each.urn: each for each in recording.resources}


def test_operations_has_all_that_the_commands_read_without_the_nulls_that_vanish() -> None:
    outputs = consume(RUTTER).outputs
    exported = json.loads(json.dumps(outputs), object_hook=_without_nulls)["operations"]
    operations = read_outputs(json.dumps({"operations": exported}))
    stack = Stack(operations)
    assert stack.table_arn == outputs["installationsTableArn"]
    assert operations.registration == read_outputs(json.dumps(outputs)).registration
    assert operations.credential_secret_arns == outputs["credentialSecretArns"]
    assert {name for name in operations.texts if name.endswith("LogGroup")} == {
        name for name in outputs if name.endswith("LogGroup")
    }


def _without_nulls(value: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if item is not None}


class TestWrongInputs:
    def test_each_is_reported_at_its_path_with_a_reason_and_no_command(self) -> None:
        found = problems(EVERYTHING_WRONG)
        assert found["apps[0].scopes[0]"].startswith("is not a BigCommerce OAuth scope (did")
        assert found["apps[1].organizationId"].endswith("each app needs its own.")
        assert {"protect", "throttle.auth.rate"} < found.keys()
        assert "config set" not in json.dumps(found)

    def test_an_empty_or_missing_setting_is_reported(self) -> None:
        assert problems({}) == {"apps": "is required."}
        (path,) = problems({"apps": [{**ACME_APP, "scopes": []}]})
        assert path == "apps[0].scopes"

    def test_a_secret_is_in_no_reason(self) -> None:
        secrets = {ACME: "two words", "the-secret": "acme"}
        given = {"apps": [ACME_APP | {"clientId": CLIENT_ID}], "clientSecrets": secrets}
        found = problems(given)
        assert found.keys() == {"clientSecrets.acme", "clientSecrets"}
        assert "two words" not in json.dumps(found)
        assert "the-secret" not in json.dumps(found)

    def test_names_that_aws_would_refuse_are_reported_with_the_rest(self) -> None:
        assert "the project's name" in problems(READY, project="shop.example")
        assert {"the stack's name", "the project's and the stack's names", "apps"} == problems(
            {}, stack="s" * 41
        ).keys()

    def test_a_second_backend_is_refused(self) -> None:
        (reason,) = problems(READY, names="first second").values()
        assert "'first'" in reason


class TestOfOtherResources:
    """Inputs that another resource of the same program gives."""

    def test_a_preview_does_not_know_what_is_made_of_them(self) -> None:
        preview = consume(LATE, preview=True)
        settings = {**READY, "permissionsBoundaryArn": BOUNDARY_ARN, "domain": DOMAIN}
        known = consume(settings, preview=True)
        _policy, *resources = preview.resources
        assert {each.urn for each in resources} == {each.urn for each in known.resources}
        assert {each.inputs["permissionsBoundary"] for each in preview.all("Role")} == {None}
        assert preview.one("SecretVersion").inputs["secretString"] is None
        assert preview.one("SecretVersion").secret_inputs == ["secretString"]
        assert preview.outputs["baseUrl"] == f"https://{DOMAIN['name']}"

    def test_the_backend_waits_for_the_resource_and_goes_before_it(self) -> None:
        recording = consume({**READY, "permissionsBoundaryArn": FROM_POLICY})
        policy, backend = recording.resources[:2]
        assert backend.depends_on == [policy.urn]
        arns = {each.inputs["permissionsBoundary"] for each in recording.all("Role")}
        assert arns == {"arn:aws:iam::123456789012:policy/given"}

    def test_they_are_checked_once_they_are_known(self) -> None:
        given = {**READY, "domain": {"name": DOMAIN["name"], "hostedZoneId": FROM_POLICY}}
        assert problems(given).keys() == {"domain.hostedZoneId"}

    @pytest.mark.parametrize(
        ("path", "inputs"),
        [
            ("apps", {"apps": FROM_POLICY}),
            (
                "apps[0].clientId",
                {**READY, "apps": [{**READY["apps"][0], "clientId": FROM_POLICY}]},
            ),
            ("apps[0].organizationId", {"apps": [ACME_APP | {"organizationId": FROM_POLICY}]}),
            ("apps[0].scopes[0]", {"apps": [ACME_APP | {"scopes": [FROM_POLICY]}]}),
            ("domain", {**AWAITING, "domain": FROM_POLICY}),
            ("monitoring.silenceHours", {**AWAITING, "monitoring": {"silenceHours": FROM_POLICY}}),
            ("protect", {**AWAITING, "protect": FROM_POLICY}),
        ],
    )
    def test_any_other_must_be_known_before_the_deployment(
        self, path: str, inputs: dict[str, Any]
    ) -> None:
        assert problems(inputs, preview=True) == {
            path: "must be known before the deployment: no other resource can give it."
        }
