"""`consents`: how many stores must consent again, with the permissions of CI's preview role."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from bootstrap.policies import preview_policy
from bootstrap.preview_statements import CONSENTS
from components.settings.model import AppSettings
from ops.errors import CommandError
from ops.options import Target
from ops.stores.commands import consents
from ops.stores.configured_apps import ConfiguredApp, apps_of_stack
from ops.stores.stack import Stack
from ops.stores.store import Store
from tests.bootstrap.evaluation import SCOPE as POLICY_SCOPE
from tests.ops.command import write_pulumi
from tests.ops.examples import CLIENT_ID, app, outputs, ready, registration
from tests.ops.stores.conftest import SCOPE, TWO_APPS, Run

NEW = [SCOPE, "store_cart"]
AFTERWARDS = "must consent again, once the developer portal has this change too. Their tokens"


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Make a `pulumi` that knows the configuration of the stack local, with these apps."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def write(apps: Any) -> None:
        config = {"shop:apps": {"objectValue": apps, "secret": False}} if apps else {}
        answer = json.dumps({**config, "shop:clientSecrets": {"secret": True}})
        command = "config --json --non-interactive --stack local"
        write_pulumi(tmp_path, [command], answer)

    return write


def changed(**changes: Any) -> list[dict[str, Any]]:
    return [TWO_APPS[0] | changes, TWO_APPS[1], {**TWO_APPS[1], "organizationId": "org-c"}]


@pytest.mark.emulated
def test_the_preview_role_may_count_consents_but_not_list_stores(
    run: Run,
    store: object,
    configure: Callable[[Any], None],
    assume: Callable[..., None],
) -> None:
    stores = len(json.loads(run("list", "--app", "org-a", "--json").out))
    assume("preview", preview_policy(POLICY_SCOPE))
    configure(changed(scopes=NEW))
    done = run("consents")

    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"App A (org-a): adds store_cart\n  {stores} of {stores} store")
    for arguments in ((), ("--app", "org-a")):
        refused = run("list", *arguments)
        assert (refused.status, refused.out) == (2, "")
        assert "AccessDenied" in refused.err


GRANTS = [
    SCOPE,
    f"{SCOPE} store_cart",
    f"store_cart {SCOPE} users_basic_information not_known_today",  # granted without a request
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
    configure: Callable[[Any], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    deployed = ready("org-a", scopes=[SCOPE], multiple_users=not changes.get("multipleUsers"))
    record: dict[str, Any] = {"status": "installed", "client_id": CLIENT_ID}
    records = [record | {"scopes": scopes.split()} for scopes in grants]
    # Stores of an earlier registration, and stores that uninstalled the app, do not count.
    records += [record | {"client_id": "other"}, record | {"status": "uninstalled"}]
    stores = [Store("org-a", "abc", deployed, {"STORE": each}) for each in records]
    monkeypatch.setattr(consents, "listed", lambda *_: stores)
    stack = Stack(outputs(registration(deployed, app("org-b", scopes=["store_v2_products"]))))
    monkeypatch.setattr(consents, "opened", lambda _: nullcontext(stack))
    configure(changed(**changes))
    target = Target(stack="local")
    assert consents.run(target=target) == 0
    assert said in capsys.readouterr().out
    assert consents.run(target=target, json=True) == 0
    counted = json.loads(capsys.readouterr().out)
    assert len(counted) == said.count("\n")
    assert all(f"\n  {each['affectedStores'] or 'No'}" in said for each in counted)


@pytest.mark.parametrize(
    ("packaged", "said"),
    [
        (False, "No app of the configuration is deployed"),
        (True, "only a clone of the repository has"),
    ],
)
def test_consents_need_the_deployed_apps_in_the_stacks_configuration(
    configure: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch, packaged: bool, said: str
) -> None:
    deployed = registration(app("org-z")).model_copy(update={"packaged": packaged})
    monkeypatch.setattr(consents, "opened", lambda _: nullcontext(Stack(outputs(deployed))))
    configure(None if packaged else changed())
    with pytest.raises(CommandError, match=said):
        consents.run(target=Target(stack="local"))


def test_the_policy_and_the_default_are_those_of_the_command() -> None:
    attributes = CONSENTS.condition["ForAllValues:StringEquals"]["dynamodb:Attributes"]
    # Further pages start with pk.
    assert {*attributes} == {*consents.ATTRIBUTES, "pk"}
    default = ConfiguredApp.model_fields["multiple_users"].default
    assert default == AppSettings.model_fields["multiple_users"].default


@pytest.mark.parametrize(
    "apps",
    [None, [{"organizationId": "a"}], [{"organizationId": "a", "name": "b", "scopes": ["C c"]}]],
)
def test_invalid_apps_are_refused(configure: Callable[[Any], None], apps: Any) -> None:
    configure(apps)
    with pytest.raises(CommandError, match=r"no valid apps\. To see what is wrong, run pulumi"):
        apps_of_stack("local")
