"""Changes of a deployed stack, with the real engine."""

import json
import secrets
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation import CommandError

from local.emulator import Emulator
from local.loopback_http import get
from local.walk import TOUCHED_BY_REGISTRATION
from tests.cli.account import contents
from tests.cli.cli_stack import APPS, NAME, CliStack

pytestmark = pytest.mark.cli

SECOND_APP = {"organizationId": "second", "name": "Second", "scopes": ["store_v2_products"]}


def _configure_credentials(stack: CliStack) -> str:
    """Configure what the developer portal gave the app, and return its client secret."""
    secret = secrets.token_hex(32)
    stack.configure({APPS: [stack.app | {"clientId": "abc123"}]})
    stack.set_secret(f"clientSecrets.{stack.app['organizationId']}", secret)
    return secret


def test_up_and_refresh_change_nothing_but_what_was_deleted_by_hand(
    stack: CliStack, shared_account: Emulator
) -> None:
    before = contents(shared_account)
    assert stack.up().operations.keys() == {"same"}
    assert stack.refresh().operations.keys() == {"same"}

    group = shared_account.aws.logs.describe_log_groups()["logGroups"][0]["logGroupName"]
    shared_account.aws.logs.delete_log_group(logGroupName=group)
    assert stack.refresh().operations["delete"] == 1
    assert stack.up().operations["create"] == 1
    assert contents(shared_account) == before


def test_credentials_change_secret_and_item_alone_and_reach_the_callbacks(stack: CliStack) -> None:
    before = stack.technical_tab(stack.app["organizationId"])
    assert before.pop("status") == "awaiting-registration"
    assert get(before["loadCallbackUrl"], 30).status == 503

    _configure_credentials(stack)
    run = stack.up()
    touched = run.resources(*run.operations.keys() - {"same"})
    assert {kind for kind, _ in touched} == TOUCHED_BY_REGISTRATION
    assert {name for _, name in touched} == {stack.app["organizationId"]}
    after = stack.technical_tab(stack.app["organizationId"])
    assert after.pop("status") == "awaiting-urls"
    assert after == before
    assert get(before["loadCallbackUrl"], 30).status == 400  # there is no signed payload


def test_a_client_secret_and_whom_alarms_tell_are_nowhere_in_plain_text(
    shared_stack: CliStack, shared_account: Emulator
) -> None:
    hidden = [_configure_credentials(shared_stack), secrets.token_hex(16)]
    shared_stack.set_secret("monitoring.emails[0]", f"{hidden[1]}@example.com")
    printed = [shared_stack.preview().printed, shared_stack.up().printed]
    assert all("[secret]" in text for text in printed)
    assert hidden[0] in json.dumps(contents(shared_account))

    exported = shared_stack.pulumi("stack", "export")
    outputs = shared_stack.pulumi("stack", "output", "--json", "--show-secrets")
    for text in (*printed, exported, outputs, shared_stack.pulumi("config")):
        assert not any(secret in text for secret in hidden)
    for path in filter(Path.is_file, shared_stack.folder.rglob("*")):
        assert not any(secret.encode() in path.read_bytes() for secret in hidden), path

    resources = json.loads(exported)["deployment"]["resources"]
    (version,) = [each for each in resources if each["type"].endswith(":SecretVersion")]
    assert "ciphertext" in version["inputs"]["secretString"]
    assert "ciphertext" in version["outputs"]["secretString"]


def test_an_app_comes_and_goes_without_a_change_of_anything_else(stack: CliStack) -> None:
    stack.configure({APPS: [stack.app, SECOND_APP]})
    run = stack.up()
    created = run.resources("create")
    assert {name for _, name in created} == {"second"}
    assert run.operations.keys() == {"create", "same"}
    assert stack.technical_tab("second")["status"] == "awaiting-registration"

    stack.configure({})
    run = stack.up()
    assert run.resources("delete") == created
    assert run.operations.keys() == {"delete", "same"}


def test_a_protected_stack_refuses_to_be_destroyed(
    shared_stack: CliStack, shared_account: Emulator
) -> None:
    shared_stack.configure({"protect": True})
    shared_stack.up()
    before = contents(shared_account)
    with pytest.raises(CommandError, match="protected"):
        shared_stack.pulumi("destroy", "--yes")
    assert contents(shared_account) == before


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"logRetentionDays": "soon"}, "must be of type 'integer'"),  # as the CLI itself checks
        ({"logRetentionDays": 0, "throttle": {"auth": {"rat": 10}}}, "has 2 problems:"),
    ],
)
def test_wrong_settings_are_all_said_before_anything_is_deployed(
    shared_stack: CliStack, shared_account: Emulator, settings: dict[str, Any], problem: str
) -> None:
    before = contents(shared_account)
    shared_stack.configure(settings)
    with pytest.raises(CommandError, match=problem) as caught:
        shared_stack.up()
    assert "Traceback" not in str(caught.value)
    assert contents(shared_account) == before


def test_ci_tells_drift_from_a_stack_that_is_as_deployed(
    new_stack: CliStack, account: Emulator
) -> None:
    """In its own account: what other tests called may still have their credentials."""
    new_stack.up()
    same = new_stack.ci("drift")
    assert same.returncode == 0, same.stdout + same.stderr

    group = account.aws.logs.describe_log_groups()["logGroups"][0]["logGroupName"]
    account.aws.logs.delete_log_group(logGroupName=group)
    drifted = new_stack.ci("drift")
    assert drifted.returncode == 1
    assert group.rpartition("-")[2] in drifted.stdout
    summary = (new_stack.folder / f"build/ci/{NAME}/check.md").read_text()
    assert "bigcommerce-backend check" in summary


def test_a_deployment_does_nothing_that_its_preview_did_not_show(stack: CliStack) -> None:
    plan = str(stack.folder / "plan.json")
    settings = {"logRetentionDays": 60}
    stack.configure(settings)
    shown = stack.preview(plan=plan).operations
    stack.configure({**settings, "functions": {"memorySize": 256}})
    with pytest.raises(CommandError, match="violates plan"):
        stack.up(plan=plan)
    stack.configure(settings)
    assert stack.up(plan=plan).operations["update"] <= shown["update"]


def test_a_plan_that_replaced_something_cannot_be_applied_again(shared_stack: CliStack) -> None:
    """So jobs of CI are run again from the preview on: docs/ci-github.md."""
    _configure_credentials(shared_stack)
    shared_stack.up()
    plan = str(shared_stack.folder / "plan.json")
    _configure_credentials(shared_stack)
    shared_stack.preview(plan=plan)
    assert shared_stack.up(plan=plan).operations["create-replacement"] == 1
    with pytest.raises(CommandError, match="expected resource operations"):
        shared_stack.up(plan=plan)
    assert shared_stack.up().operations.keys() == {"same"}
