"""What the real engine makes of an empty account, and leaves of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation import CommandError

from local.backend import PROJECT
from local.emulator import Emulator
from local.engine import Stack, stack_config
from local.provider import SERVICES
from tests.cli.account import contents
from tests.cli.cli_stack import APPS, NAME, ROOT, CliStack

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
    role = f"{PROJECT}-{NAME}-load"
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
    """With whatever a configuration can add: credentials, a second app, a domain, tracing, tags."""
    app = new_stack.app | {"clientId": "abc123", "appUrl": "https://app.example.com/"}
    second = {"organizationId": "second", "name": "Second", "scopes": ["store_v2_products"]}
    settings = {
        APPS: [app, second],
        "functions": {
            "memorySize": 256,
            "tracing": True,
            "reservedConcurrency": {"auth": 5},
        },
        "logRetentionDays": 7,
        "throttle": {"auth": {"rate": 5, "burst": 10}},
        "aws:defaultTags": {"tags": {"environment": "local"}},
    }
    secrets = {"clientSecrets": "client-secret", "handoffKeys": "handoff-key" * 4}
    new_stack.configure(settings | _domain(account))
    for key, value in secrets.items():
        new_stack.set_secret(f"{key}.{app['organizationId']}", value)
    new_stack.up()
    by_cli = contents(account)

    with Emulator(log=tmp_path / "second.log") as second_account:
        settings |= _domain(second_account)
        settings["aws:endpoints"] = [dict.fromkeys(SERVICES, second_account.endpoint_url)]
        for key, value in secrets.items():
            settings[f"{PROJECT}:{key}"] = {app["organizationId"]: value}
        Stack(NAME).up(
            stack_config(ROOT, NAME, settings),
            secrets=[f"{PROJECT}:{key}" for key in secrets],
            on_event=lambda _: None,
        )
        by_engine = contents(second_account)

    assert by_cli.keys() == by_engine.keys()
    for name, held in by_cli.items():
        assert held == by_engine[name], name
    assert "client-secret" in json.dumps(by_cli)


def _domain(account: Emulator) -> dict[str, Any]:
    """The setting of a custom domain in a new hosted zone."""
    zone = account.aws.route53.create_hosted_zone(Name="example.com", CallerReference="1")
    domain = {
        "name": "apps.example.com",
        "certificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/1",
        "hostedZoneId": zone["HostedZone"]["Id"].rpartition("/")[2],
    }
    return {"domain": domain}
