"""A YAML program that consumes the component package, with the real engine."""

import json
import secrets
from pathlib import Path

import pytest
import yaml
from pulumi.automation import CommandError

from local.backend import PROJECT
from local.emulator import Emulator
from ops.outputs import read_outputs
from package.provider import SCHEMA
from tests.cli.account import contents
from tests.cli.cli_stack import NAME, ROOT, CliStack, PulumiCli
from tests.cli.consumer_stack import APP, ConsumerStack

pytestmark = pytest.mark.cli

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
BOUNDARY = {
    "type": "aws:iam:Policy",
    "properties": {"name": "made", "policy": json.dumps(POLICY)},
    "options": {"provider": "${aws}"},
}
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"


def test_a_backend_is_deployed_left_alone_changed_and_destroyed(
    consumer_cli: PulumiCli, account: Emulator, tmp_path: Path
) -> None:
    """With another resource's output, the program's own AWS provider, and an encrypted secret."""
    stack = ConsumerStack(tmp_path, "life", account.endpoint_url, consumer_cli)
    secret = secrets.token_hex(32)
    stack.set_secret("clientSecret", secret)
    app = APP | {"clientId": "abc123"}
    inputs = {
        "apps": [app],
        "clientSecrets": {APP["organizationId"]: "${clientSecret}"},
        "permissionsBoundaryArn": "${boundary.arn}",
    }
    aws = {"type": "pulumi:providers:aws", "properties": stack.provider}
    others = {"aws": aws, "boundary": BOUNDARY}
    stack.write(inputs, others)
    stack.pulumi("config", "rm-all", *(f"aws:{key}" for key in stack.provider))
    read = stack.pulumi("package", "get-schema", str(ROOT / "package"))
    assert json.loads(read) == json.loads(SCHEMA.read_text(encoding="utf-8"))
    previewed = stack.preview()
    assert previewed.operations.keys() == {"create"}
    assert contents(account) == {}

    created = stack.up()
    assert created.operations == previewed.operations
    role = account.aws.iam.get_role(RoleName="life-local-load")["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith("policy/made")
    assert secret in json.dumps(contents(account))
    exported = stack.pulumi("stack", "export")
    outputs = stack.pulumi("stack", "output", "--json", "--show-secrets")
    for text in (previewed.printed, created.printed, exported, outputs):
        assert secret not in text
    operations = read_outputs(json.dumps(json.loads(outputs)["operations"]))
    (registered,) = operations.registration.apps
    assert registered.client_id == app["clientId"]

    assert stack.up().operations == {"same": created.operations["create"]}
    stack.write(inputs | {"logRetentionDays": 7}, others)
    changed = stack.up()
    assert {kind for kind, _ in changed.resources("update")} == {LOG_GROUP}
    assert changed.operations.keys() == {"update", "same"}

    assert stack.destroy().operations == {"delete": created.operations["create"]}
    assert contents(account) == {}


def test_wrong_inputs_are_reported_by_their_paths(
    consumer_cli: PulumiCli, account: Emulator, tmp_path: Path
) -> None:
    stack = ConsumerStack(tmp_path, "wrong", account.endpoint_url, consumer_cli)
    secret = f"{secrets.token_hex(32)} and more"
    app = APP | {"scopes": ["store_v2_prodcts"], "clientId": "abc123"}
    stack.write({"apps": [app], "uninstalledRetentionDays": 1, "clientSecrets": {"acme": secret}})
    with pytest.raises(CommandError) as caught:
        stack.preview()
    printed = str(caught.value)
    for path in ("apps[0].scopes[0]", "uninstalledRetentionDays", "clientSecrets.acme"):
        assert f"property {path}" in printed
    for text in (secret, "Traceback", "config set"):
        assert text not in printed


def test_a_program_moves_to_the_package_without_a_change_of_any_resource(
    consumer_cli: PulumiCli, account: Emulator, tmp_path: Path
) -> None:
    program = CliStack(tmp_path, account.endpoint_url, consumer_cli)
    created = program.up().operations["create"]
    settings = yaml.safe_load((ROOT / f"Pulumi.{NAME}.yaml").read_text())["config"]
    inputs = {key: value for key, value in settings.items() if not key.startswith("aws:")}

    consumer = ConsumerStack(tmp_path, PROJECT, account.endpoint_url, consumer_cli)
    consumer.write(inputs)
    moved = consumer.up()
    assert moved.operations == {"same": created, "create": 1}
    ((kind, _),) = moved.resources("create")
    assert kind == "pulumi:providers:bigcommerce"
