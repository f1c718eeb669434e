"""`check-config`: what is wrong with a stack's file, without CLI, account, or its secrets."""

import json
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from components.settings.checks import SAMPLE_ORGANIZATION_ID
from components.settings.files import StackFileError, project_name
from components.settings.problems import ConfigurationError
from local import commands
from local.check_config import check_config
from tests.components.recordings import ALLOWED, ROOT
from tests.components.stacks import ACME, ACME_APP, APP_URL, CLIENT_ID, CLIENT_SECRET

PROJECT = project_name(ROOT)
ENCRYPTED = {"secure": "AAABAFyE0L8="}
APP_WITH_URL = ACME_APP | {"clientId": CLIENT_ID, "appUrl": APP_URL}


def folder(path: Path, config: dict[str, Any], stack: str = "prod") -> Path:
    """A project with one stack's file."""
    shutil.copy(ROOT / "Pulumi.yaml", path)
    # Every JSON document is a YAML document.
    file = {"config": {**ALLOWED, **config}}
    (path / f"Pulumi.{stack}.yaml").write_text(json.dumps(file), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("secrets", "unread"),
    [
        (
            {
                "apps": [APP_WITH_URL | {"partnerId": ENCRYPTED}],
                "clientSecrets": {ACME: ENCRYPTED},
                "handoffKeys": {ACME: ENCRYPTED},
                "aws:allowedAccountIds": [ENCRYPTED, "123456789012"],
                "monitoring": {"emails": [ENCRYPTED], "httpsEndpoints": [ENCRYPTED, ENCRYPTED]},
            },
            [
                "aws:allowedAccountIds[0]",
                f"{PROJECT}:apps[0].partnerId",
                f"{PROJECT}:clientSecrets.{ACME}",
                f"{PROJECT}:handoffKeys.{ACME}",
                f"{PROJECT}:monitoring.emails[0]",
                *(f"{PROJECT}:monitoring.httpsEndpoints[{index}]" for index in range(2)),
            ],
        ),
        (
            {"clientSecrets": ENCRYPTED, "handoffKeys": ENCRYPTED, "protect": ENCRYPTED},
            [f"{PROJECT}:{key}" for key in ("clientSecrets", "handoffKeys", "protect")],
        ),
    ],
    ids=["each", "whole"],
)
def test_encrypted_values_are_taken_for_good(
    tmp_path: Path,
    secrets: dict[str, Any],
    unread: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = folder(tmp_path, {"apps": [APP_WITH_URL]} | secrets)
    assert sorted(check_config(root, "prod")) == unread
    in_plain_text = "apps is set with --secret" in capsys.readouterr().err
    assert in_plain_text == ("apps" in secrets)


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"apps": ENCRYPTED}, "apps is encrypted, so it cannot be checked"),
        (
            {"clientSecrets": {ACME: ENCRYPTED}},
            "handoffKeys.acme is missing: apps[0].appUrl needs it",
        ),
        (
            {"clientSecrets": ENCRYPTED, "handoffKeys": {ACME: ENCRYPTED, "amce": ENCRYPTED}},
            "handoffKeys.amce is for an organization ID that no app has (did you mean ",
        ),
        (
            {"clientSecrets": {ACME: CLIENT_SECRET}, "handoffKeys": ENCRYPTED},
            "clientSecrets has plain text",
        ),
    ],
)
def test_what_is_wrong_shows_without_reading_them(
    tmp_path: Path, values: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        check_config(folder(tmp_path, {"apps": [APP_WITH_URL]} | values), "prod")
    assert wrong in str(raised.value)
    assert len(raised.value.problems) == 1
    assert CLIENT_SECRET not in str(raised.value)


def test_a_stack_without_a_file_is_answered_with_those_that_have_one(tmp_path: Path) -> None:
    root = folder(folder(tmp_path, {}, "dev"), {}, "eu.prod")
    with pytest.raises(StackFileError, match=r"no Pulumi\.prd\.yaml.*: dev, eu\.prod$"):
        check_config(root, "prd")


def test_the_command_says_all_problems_and_warnings_and_its_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # those of this process stay
    monkeypatch.setattr(commands, "ROOT", tmp_path)
    sample = {"apps": [ACME_APP | {"organizationId": SAMPLE_ORGANIZATION_ID}]}
    folder(tmp_path, sample | {"protect": False}, "dev")
    assert commands.main(["check-config", "--stack", "dev"]) == 0
    printed = capsys.readouterr()
    assert printed.err.startswith("warning: apps[0].organizationId is the sample's")
    assert printed.out == "The configuration of stack dev has no problems.\n"

    folder(tmp_path, {"apps": [ACME_APP | {"name": ""}], "protect": "maybe"})
    assert commands.main(["check-config", "--stack", "prod"]) == 1
    error = capsys.readouterr().err
    assert "The configuration of stack prod has 2 problems:" in error
    assert "pulumi config set --stack prod --path 'apps[0].name' NAME" in error
    assert commands.main(["check-config", "--stack", "test"]) == 1
    assert (
        "There is no Pulumi.test.yaml. The stacks with a file: dev, prod" in capsys.readouterr().err
    )
