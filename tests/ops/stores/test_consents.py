"""`consents`: how many stores must consent again, with the permissions of CI's preview role."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from bootstrap.policies import preview_policy
from bootstrap.preview_statements import CONSENTS
from components.settings.model import AppSettings
from local.backend import LocalBackend
from ops.errors import CommandError
from ops.stores.commands import consents
from ops.stores.configured_apps import ConfiguredApp, apps_in_file, apps_of_stack
from ops.stores.store import Store
from tests.bootstrap.evaluation import SCOPE as POLICY_SCOPE
from tests.documents import ROOT
from tests.ops.examples import CLIENT_ID, app, ready
from tests.ops.stores.conftest import SCOPE, TWO_APPS, Run
from tests.roles import role_environment

NEW = [SCOPE, "store_cart"]
AFTERWARDS = "must consent again, once the developer portal has this change too. Their tokens"


@pytest.fixture
def stack_file(tmp_path: Path) -> Callable[..., Path]:
    """Write a stack's file in which the first app is changed, and a third is new."""

    def write(**changes: Any) -> Path:
        apps = [TWO_APPS[0] | changes, TWO_APPS[1], {**TWO_APPS[1], "organizationId": "org-c"}]
        file = tmp_path / "Pulumi.local.yaml"
        file.write_text(yaml.safe_dump({"config": {"bigcommerce:apps": apps}}), encoding="utf-8")
        return file

    return write


@pytest.mark.emulated
def test_the_preview_role_may_count_consents_but_not_list_stores(
    run: Run,
    backend: LocalBackend,
    store: object,
    stack_file: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stores = len(json.loads(run("list", "--app", "org-a", "--json").out))
    iam = backend.emulator.aws.iam
    policy = iam.create_policy(PolicyName="preview", PolicyDocument=preview_policy(POLICY_SCOPE))
    environment = role_environment(backend.emulator, "preview", policy["Policy"]["Arn"])
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    done = run("consents", "--config", str(stack_file(scopes=NEW)))

    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"App A (org-a): adds store_cart\n  {stores} of {stores} store")
    for arguments in ((), ("--app", "org-a")):
        refused = run("list", *arguments)
        assert (refused.status, refused.out) == (2, "")
        assert "AccessDenied" in refused.err


GRANTS = [
    SCOPE,
    f"{SCOPE} store_cart",
    f"store_cart {SCOPE} users_basic_information not_known_today",  # granted unasked
]


@pytest.mark.parametrize(
    ("changes", "grants", "said"),
    [
        ({}, GRANTS, "Neither scopes nor multiple users change: no store must consent again."),
        ({"name": "Another"}, GRANTS, "Neither scopes nor multiple users change"),
        ({"scopes": NEW}, GRANTS, f"App A (org-a): adds store_cart\n  1 of 3 stores {AFTERWARDS}"),
        ({"scopes": NEW}, GRANTS[1:], "adds store_cart\n  None of 2 stores must consent again."),
        ({"scopes": NEW}, [], "adds store_cart\n  No store has installed it."),
        ({"scopes": ["store_cart"]}, GRANTS, f"adds store_cart; removes {SCOPE}\n  3 of 3"),
        ({"multipleUsers": True}, GRANTS, f"turns multiple users on\n  3 of 3 stores {AFTERWARDS}"),
        ({"multipleUsers": False}, GRANTS, "turns multiple users off\n  None of 3 stores must"),
    ],
)
def test_stores_with_other_grants_must_consent_again(
    *,
    changes: dict[str, Any],
    grants: list[str],
    said: str,
    stack_file: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    deployed = ready("org-a", scopes=[SCOPE], multiple_users=not changes.get("multipleUsers"))
    record: dict[str, Any] = {"status": "installed", "client_id": CLIENT_ID}
    records = [record | {"scopes": scopes.split()} for scopes in grants]
    # Of an earlier registration, and uninstalled.
    records += [record | {"client_id": "other"}, record | {"status": "uninstalled"}]
    stores = [Store("org-a", "abc", deployed, {"STORE": each}) for each in records]
    monkeypatch.setattr(consents, "listed", lambda *_: stores)
    stack: Any = SimpleNamespace(
        apps={"org-a": deployed, "org-b": app("org-b", scopes=["store_v2_products"])}
    )
    monkeypatch.setattr(consents, "opened", lambda _: nullcontext(stack))
    assert consents.run(config=stack_file(**changes)) == 0
    assert said in capsys.readouterr().out
    assert consents.run(config=stack_file(**changes), json=True) == 0
    counted = json.loads(capsys.readouterr().out)
    assert len(counted) == said.count("\n")
    assert all(f"\n  {each['affectedStores'] or 'No'}" in said for each in counted)


def test_a_configuration_of_other_apps_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    stack: Any = SimpleNamespace(apps={"org-a": app("org-a")})
    monkeypatch.setattr(consents, "opened", lambda _: nullcontext(stack))
    with pytest.raises(CommandError, match="No app of the configuration is deployed"):
        consents.run(config=ROOT / "Pulumi.dev.yaml")


def test_the_policy_and_the_default_are_those_of_the_command() -> None:
    attributes = CONSENTS.condition["ForAllValues:StringEquals"]["dynamodb:Attributes"]
    assert {*attributes} == {
        *consents.ATTRIBUTES,
        "pk",
    }  # with which further pages start
    default = ConfiguredApp.model_fields["multiple_users"].default
    assert default == AppSettings.model_fields["multiple_users"].default


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "Could not read .*Pulumi.dev.yaml: No such file"),
        ("{", "Pulumi.dev.yaml is not YAML"),
        ("- 1", "has no valid apps. To see what is wrong, run pulumi preview"),
        ("config: {bigcommerce:protect: true}", "has no valid apps"),
        ("config: {bigcommerce:apps: [{organizationId: a}]}", "has no valid apps"),
        ("config: {bigcommerce:apps: [{organizationId: a, name: b, scopes: [C c]}]}", "has no"),
    ],
)
def test_a_file_without_valid_apps_is_refused(
    tmp_path: Path, content: str | None, said: str
) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match=said):
        apps_in_file(file)


@pytest.mark.parametrize("stack", ["dev", "staging", "prod", "local"])
def test_the_repositorys_own_stack_files_are_read(stack: str) -> None:
    assert apps_in_file(ROOT / f"Pulumi.{stack}.yaml")


def test_without_a_file_the_cli_reads_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match=r"not installed.*--config Pulumi\.dev"):
        apps_of_stack("acme/shop/dev")
    apps = {"shop:apps": {"value": "[]", "objectValue": TWO_APPS, "secret": False}}
    answer = json.dumps({**apps, "shop:clientSecrets": {"secret": True}})
    cli = tmp_path / "pulumi"
    cli.write_text(
        '#!/bin/sh\n[ "$*" = "config --json --non-interactive --stack dev" ] && '
        f"echo '{answer}' && exit\necho 'error: no such stack' >&2\nexit 255\n"
    )
    cli.chmod(0o755)
    assert apps_of_stack("dev").keys() == {"org-a", "org-b"}
    with pytest.raises(CommandError, match="stack prod: error: no such stack"):
        apps_of_stack("prod")
