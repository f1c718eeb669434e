"""What the real engine makes of an empty account, and leaves of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation import CommandError

from local.emulator import Emulator
from local.engine import Stack, stack_config
from local.provider import SERVICES
from tests.cli.account import contents
from tests.cli.cli_stack import NAME, ROOT, CliStack

pytestmark = pytest.mark.cli


def test_a_preview_makes_nothing_and_a_destroy_leaves_nothing(
    new_stack: CliStack, account: Emulator
) -> None:
    previewed = new_stack.preview().operations
    assert previewed.keys() == {"create"}
    assert contents(account) == {}

    assert new_stack.up().operations == previewed
    assert contents(account)

    assert new_stack.destroy().operations == {"delete": previewed["create"]}
    assert contents(account) == {}


def test_up_goes_on_where_a_resource_failed(new_stack: CliStack, account: Emulator) -> None:
    role = f"bigcommerce-{NAME}-load"
    account.aws.iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    with pytest.raises(CommandError, match="EntityAlreadyExists"):
        new_stack.up()

    account.aws.iam.delete_role(RoleName=role)
    operations = new_stack.up().operations
    assert operations.keys() == {"create", "same"}
    assert new_stack.up().operations == {"same": operations.total()}


def test_the_embedded_engine_leaves_the_same_resources(
    new_stack: CliStack, account: Emulator, tmp_path: Path
) -> None:
    """With whatever a configuration can add: credentials, a second app, a domain, tracing."""
    app = new_stack.app | {"clientId": "abc123", "appUrl": "https://app.example.com/"}
    secrets = {"clientSecrets": "client-secret", "handoffKeys": "handoff-key" * 4}
    settings = {
        "apps": [app, {"organizationId": "2", "name": "B", "scopes": ["store_v2_products"]}],
        "functions": {"memorySize": 256, "tracing": True, "reservedConcurrency": 5},
        "logRetentionDays": 7,
        "throttle": {"rate": 5, "burst": 10},
    }
    new_stack.configure(**settings, domain=_domain(account))
    for key, value in secrets.items():
        new_stack.set_secret(f"{key}.{app['organizationId']}", value)
    new_stack.up()
    by_cli = contents(account)

    with Emulator(log=tmp_path / "second.log") as second:
        settings["domain"] = _domain(second)
        settings |= {key: {app["organizationId"]: value} for key, value in secrets.items()}
        _up_by_the_embedded_engine(second, settings, tmp_path / "state.json")
        by_engine = contents(second)

    assert by_cli.keys() == by_engine.keys()
    for name, held in by_cli.items():
        assert held == by_engine[name], name
    assert "client-secret" in json.dumps(by_cli)


def _domain(account: Emulator) -> dict[str, str]:
    """A custom domain in a new hosted zone."""
    zone = account.aws.route53.create_hosted_zone(Name="example.com", CallerReference="1")
    return {
        "name": "apps.example.com",
        "certificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/1",
        "hostedZoneId": zone["HostedZone"]["Id"].rpartition("/")[2],
    }


def _up_by_the_embedded_engine(account: Emulator, settings: dict[str, Any], state: Path) -> None:
    overrides = {f"bigcommerce:{key}": value for key, value in settings.items()}
    overrides["aws:endpoints"] = [dict.fromkeys(SERVICES, account.endpoint_url)]
    secrets = ["bigcommerce:clientSecrets", "bigcommerce:handoffKeys"]
    config = stack_config(ROOT, NAME, overrides)
    Stack(name=NAME, state=state).up(config, secrets=secrets, on_event=lambda _: None)
