"""What `pulumi new` asks for, and the project that it leaves."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from local.engine.configuration import project_name, stack_config
from tests.cli.cli_stack import ROOT, PulumiCli
from tests.cli.language_host import language_host

TEMPLATE = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8")).get("template")
pytestmark = [
    pytest.mark.cli,
    pytest.mark.skipif(not TEMPLATE, reason="this project was made from the template"),
]

NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "build", "__pycache__", ".*_cache")
# What it asks for, in its order: a project's name and description, a stack's name, and these.
NAMES = ["shop-app", "Shop", "dev"]
ANSWERS = {
    "aws:region": "eu-west-1",
    "appName": "Shop & Co",
    "organizationId": "shop-1",
    "scopes": "store_v2_orders, store_v2_products_read_only",
    "supportUrl": "mailto:help@example.com",
}


def test_pulumi_new_asks_for_the_app_and_leaves_a_project_that_works(
    pulumi_cli: PulumiCli, tmp_path: Path
) -> None:
    template, new = tmp_path / "template", tmp_path / "new"
    shutil.copytree(ROOT, template, ignore=NOT_COPIED)
    new.mkdir()
    with language_host() as language:
        asked = subprocess.run(
            [pulumi_cli.command.command, "new", template],
            cwd=new,
            env={
                **os.environ,
                **pulumi_cli.environment(tmp_path),
                **language,
                "PULUMI_TEST_INTERACTIVE": "true",  # it asks, though this is no terminal
            },
            input="\n".join([*NAMES, *ANSWERS.values(), ""]),
            capture_output=True,
            text=True,
            check=False,
        )
    assert asked.returncode == 0, asked.stdout + asked.stderr
    assert all(f"({key})" in asked.stdout for key in ANSWERS)
    assert TEMPLATE["quickstart"] in asked.stdout

    assert project_name(new) == "shop-app"
    config = stack_config(new, "dev", {})
    prefixed = {key if ":" in key else f"shop-app:{key}": text for key, text in ANSWERS.items()}
    assert config.items() >= prefixed.items()
    assert (new / ".ci/stack").stat().st_mode & 0o100

    for arguments in (
        ("local", "check-config", "--stack", "dev"),
        ("pytest", "-q", "-p", "no:cacheprovider", "tests/components/test_project_files.py"),
    ):
        run = subprocess.run(
            [sys.executable, "-m", *arguments], cwd=new, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr
        assert "Warning" not in run.stdout
