"""The walk finds and reports a deployment that fails."""

import io
import json
import re
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from local import backend as module
from local import commands, walk
from local.backend import APPS, CLIENT_SECRETS, DOMAIN, PROJECT, ROOT, LocalBackend
from local.bigcommerce import BigCommerce
from local.console import Report
from local.engine import DeploymentError
from local.loopback_http import Response, get
from local.walk import Walk

pytestmark = pytest.mark.emulated


def report() -> tuple[Report, io.StringIO]:
    printed = io.StringIO()
    return Report(Console(file=printed, width=100, emoji=False)), printed


def step(backend: LocalBackend, name: str) -> tuple[bool, str]:
    reporting, printed = report()
    steps = [each for each in Walk(backend).steps if each.name == name]
    assert len(steps) == 1
    return reporting.walk(iter(steps)), printed.getvalue()


def test_a_wrong_status_ends_the_walk_and_is_shown(ready: LocalBackend) -> None:
    held, printed = step(ready, "load before registration")
    assert not held
    assert "✗ load before registration" in printed
    assert "expected HTTP 503, got HTTP 404" in printed


def test_stale_functions_are_retried(ready: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = {path: Response(503, {}, "") for path in ("/redirect-url", "/load")}

    def get_after_stale(url: str, timeout: float) -> Response:
        path = next((path for path in stale if f"{path}?" in url), "")
        return stale.pop(path, None) or get(url, timeout)

    monkeypatch.setattr(walk, "get", get_after_stale)
    steps = [each for each in Walk(ready).steps if each.name.endswith("by the owner")]
    reporting, printed = report()
    assert reporting.walk(iter(steps)), printed.getvalue()
    assert not stale


def test_an_update_that_changes_more_than_a_registration_fails(ready: LocalBackend) -> None:
    before = ready.config[f"{PROJECT}:logRetentionDays"]
    ready.config[f"{PROJECT}:logRetentionDays"] = 7
    try:
        held, printed = step(ready, "credentials given, stack updated")
    finally:
        ready.config[f"{PROJECT}:logRetentionDays"] = before
        ready.deploy()
    assert not held
    assert "expected changes of the secret value and the item only" in printed
    assert "logGroup" in printed


def test_an_api_that_does_not_answer_fails(ready: LocalBackend) -> None:
    urls = ready.apps[0].callback_urls
    ready.apps[0].callback_urls = type(urls).under("http://localhost:1", "org-a")
    try:
        for name in ("load by the owner", "uninstall"):
            held, printed = step(ready, name)
            assert not held
            assert re.search(r"http://localhost:1/org-a\S*: no answer: ", printed)
    finally:
        ready.apps[0].callback_urls = urls
    assert get(urls.load, 30).status == 400


def test_up_expects_the_answers_that_the_stacks_settings_change(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    stack = yaml.safe_load((ROOT / "Pulumi.local.yaml").read_text())
    stack["config"][DOMAIN] = {"name": "apps.example.com", "hostedZoneId": "Z0"}
    (app,) = stack["config"]["apps"]
    app |= {
        "organizationId": 4711,  # an organization ID that YAML reads as a number
        "name": "Smith & Sons' <app>",
        "multipleUsers": False,
        "clientId": "ofanotherrun",
        "appUrl": "https://app.example.com/bigcommerce",
    }
    stack["config"][CLIENT_SECRETS] = {"secure": "v1:encrypted"}
    (tmp_path / "Pulumi.local.yaml").write_text(yaml.safe_dump(stack))
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # this process keeps its handlers
    outputs = tmp_path / "new folder" / "outputs.json"
    assert commands.main(["up", "--outputs", str(outputs)]) == 0
    printed = capsys.readouterr().out
    assert printed.endswith("\nEvery step succeeded.\n")
    assert len(printed.splitlines()) <= 60
    outcomes = re.findall(r"✓ .{34} (\S+)", printed)
    assert " ".join(outcomes[:7]) == "503 in 302 active 200 302 403"
    assert " ".join(outcomes[7:]) == "200 302 in 200 404 401 needs_reauth"
    assert json.loads(outputs.read_text(encoding="utf-8"))["baseUrl"] == "https://apps.example.com"
    assert re.search(r"^  baseUrl +https://apps\.example\.com$", printed, re.MULTILINE)
    assert "apps.example.com is not served here. The steps call the API's default URL" in printed


@pytest.mark.parametrize(
    ("apps", "said"),
    [
        ([None], "apps[0] must be a map"),
        ([{"organizationID": "org", "name": "App", "scopes": ["store_cart"]}], "organizationId"),
    ],
)
def test_malformed_apps_are_explained(ready: LocalBackend, apps: object, said: str) -> None:
    config = module._unregistered({**ready.config, APPS: apps, CLIENT_SECRETS: {}})
    backend = replace(ready, config=config, bigcommerce=BigCommerce())
    with pytest.raises(DeploymentError, match=re.escape(said)) as raised:
        backend.deploy()
    assert "Traceback" not in str(raised.value)
    with pytest.raises(DeploymentError, match="is malformed"):
        backend.register_apps()
