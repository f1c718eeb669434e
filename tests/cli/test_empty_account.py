"""An empty account that the real engine deploys into and destroys."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation import CommandError

from local.backend import PROJECT
from local.emulator import Emulator
from local.engine import Stack, stack_config
from local.provider import SERVICES
from tests.cli.account import contents
from tests.cli.cli_stack import APPS, NAME, PLUGIN, ROOT, CliStack, PulumiCli
from tests.documents import code_spans, table

pytestmark = pytest.mark.cli


def test_a_killed_deployment_goes_on_as_the_page_says_and_leaves_nothing_once_destroyed(
    pulumi_cli: PulumiCli, account: Emulator, tmp_path: Path
) -> None:
    rows = table("docs/interrupted-deployment.md", "The CLI says", "What to do")
    locked, pending, exists, empty = (code_spans(says)[0] for says, _ in rows)
    killing = pulumi_cli.with_plugin(tmp_path, "tests.cli.killing_provider")
    stack = CliStack(tmp_path, account.endpoint_url, killing)
    previewed = stack.preview().operations
    assert contents(account) == {}
    with pytest.raises(CommandError, match="code: -9"):
        stack.up(parallel=1)
    (tmp_path / PLUGIN).unlink()

    with pytest.raises(CommandError, match=re.escape(locked)):
        stack.up()
    run_of_page(stack, "cancel --stack dev")
    stack.refresh()  # which does not help: it looks at what is recorded
    with pytest.raises(CommandError, match=exists) as caught:
        stack.up()
    assert pending in str(caught.value)
    assert "pending_operations" in run_of_page(stack, "stack export --stack dev")

    account.aws.iam.delete_role(RoleName=f"{PROJECT}-{NAME}-load")
    run_of_page(stack, "refresh --stack dev --clear-pending-creates")
    assert "pending_operations" not in stack.pulumi("stack", "export")
    run = stack.up()
    assert run.operations.keys() == {"create", "same"}
    assert pending not in run.printed

    (attributes,) = tmp_path.glob(f"state/.pulumi/stacks/{PROJECT}/{NAME}.json.attrs")
    attributes.write_text("")
    with pytest.raises(CommandError, match=empty):
        stack.up()
    attributes.unlink()
    assert stack.up().operations == {"same": previewed["create"]}
    assert stack.destroy().operations == {"delete": previewed["create"]}
    assert contents(account) == {}


def run_of_page(stack: CliStack, command: str) -> str:
    """Run a command that the page shows."""
    page = (ROOT / "docs/interrupted-deployment.md").read_text(encoding="utf-8")
    assert re.search(rf"^ *pulumi {command}$", page, re.MULTILINE)
    arguments = command.replace(" --stack dev", "").split()
    confirmed = [] if arguments[0] == "stack" else ["--yes"]
    return stack.pulumi(*arguments, *confirmed)


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
