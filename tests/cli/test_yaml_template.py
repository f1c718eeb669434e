"""A project that `pulumi new` creates from the YAML template, deployed as its README says."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from local.emulator import Emulator
from tests.cli.cli_stack import NAME, ROOT, PulumiCli
from tests.cli.consumer_stack import write_config
from tests.templates.test_templates import ANSWERS

pytestmark = pytest.mark.cli


def test_a_new_project_deploys_before_and_after_the_registration(
    consumer_cli: PulumiCli, account: Emulator, tmp_path: Path
) -> None:
    environment = consumer_cli.environment(tmp_path)
    project = tmp_path / "project"
    project.mkdir()

    def pulumi(*arguments: str) -> str:
        return consumer_cli.command.run(list(arguments), str(project), environment).stdout

    def tab() -> dict[str, object]:
        pulumi("up", "--yes", "--skip-preview")
        return dict(json.loads(pulumi("stack", "output", "technicalTab"))["acme"])

    template = shutil.copytree(ROOT / "templates/yaml", tmp_path / "template")
    file = template / "Pulumi.yaml"
    text = re.sub(r"https://github.com/\S+/package@\S+", str(ROOT / "package"), file.read_text())
    file.write_text(text)
    answers = [word for answer in ANSWERS.items() for word in ("--config", "=".join(answer))]
    pulumi("new", str(template), "--yes", "--name", "acme-backend", "--stack", NAME, *answers)
    stack_file = project / f"Pulumi.{NAME}.yaml"
    stack = yaml.safe_load(stack_file.read_text())
    stack["config"] |= write_config(template, account.endpoint_url)
    stack_file.write_text(yaml.safe_dump(stack))

    before = tab()
    assert before["scopes"] == ["Orders: read-only", "Products: modify"]
    assert before["status"] == "awaiting-registration"
    assert ANSWERS["supportUrl"] in pulumi("stack", "output", "operations")

    program = project / "Pulumi.yaml"
    program.write_text(re.sub(r"(?m)^( *)# ", r"\1", program.read_text()))
    pulumi("config", "set", "clientId", "1abcdef")
    pulumi("config", "set", "--secret", "clientSecret", "a-secret")
    pulumi("config", "set", "registeredBaseUrl", pulumi("stack", "output", "baseUrl").strip())
    assert tab()["status"] == "ready"
