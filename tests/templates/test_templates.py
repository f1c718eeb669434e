"""The templates, rendered as `pulumi new` renders them.

The CLI replaces two placeholders in every file and writes the answers to the stack's configuration.
"""

import json
import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.engine.program import Program
from ops.outputs import read_outputs
from tests.components.recorder import Recording, recorded
from tests.documents import ROOT
from tests.examples.sdk import sdk

TEMPLATES = {path.name: path for path in sorted((ROOT / "templates").iterdir())}
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
WORKFLOW = ".github/workflows/deploy.yml"
ANSWERS = {
    "organizationId": "acme",
    "appName": "Acme",
    "scopes": "store_v2_orders_read_only,store_v2_products",
    "supportUrl": "https://www.example.com/support",
}


def project_file(folder: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((folder / "Pulumi.yaml").read_text()))


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_asks_for_the_answers(name: str, tmp_path: Path) -> None:
    project = tmp_path / name
    shutil.copytree(TEMPLATES[name], project)
    for path in (each for each in project.rglob("*") if each.is_file()):
        text = path.read_text().replace("${PROJECT}", "acme-backend")
        path.write_text(text.replace("${DESCRIPTION}", "The back end of Acme's app"))
    file = project_file(project)
    assert (file["name"], file["description"]) == ("acme-backend", "The back end of Acme's app")
    assert file["template"]["config"].keys() == {"aws:region", *ANSWERS}
    assert all(each["description"] for each in file["template"]["config"].values())
    readme = (project / "README.md").read_text()
    assert set(re.findall(r"(?:@|blob/)v(\d[\d.]+)", readme)) == {VERSION}
    assert readme.startswith("# acme-backend\n")


def test_each_project_uses_the_package_of_this_version() -> None:
    source = f"https://github.com/OWNER/NAME.git/package@{VERSION}"
    examples = [ROOT / "examples" / name for name in ("read_token_python", "custom_domain")]
    for folder in (*TEMPLATES.values(), *examples):
        assert project_file(folder)["packages"] == {"bigcommerce": source}


def test_the_programs_import_the_sdk_by_its_name() -> None:
    schema = json.loads((ROOT / "package/schema.json").read_text())
    names = {name: each["packageName"] for name, each in schema["language"].items()}
    assert f"import {names['python']} as" in (TEMPLATES["python"] / "__main__.py").read_text()
    assert f'from "{names["nodejs"]}"' in (TEMPLATES["typescript"] / "index.ts").read_text()


def registered(folder: Path) -> str:
    """The project file after the registration, as the README says."""
    assert "remove `# ` (with the space) from each line" in (folder / "README.md").read_text()
    return re.sub(r"(?m)^( *)# ", r"\1", (folder / "Pulumi.yaml").read_text())


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_cli_refuses_a_client_secret_that_is_not_encrypted(name: str) -> None:
    """It does so if a typed key is secret, and then needs a value, which a new project lacks."""
    config = yaml.safe_load(registered(TEMPLATES[name]))["config"]
    assert config["clientSecret"] == {"type": "string", "secret": True}
    assert "clientSecret" not in project_file(TEMPLATES[name]).get("config", {})


def test_the_python_program_gives_the_component_the_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As tests/cli checks for the YAML program, before and after the registration."""
    monkeypatch.setitem(sys.modules, "pulumi_bigcommerce", sdk())

    def run(**registration: str) -> Recording:
        given = {f"acme-backend:{key}": value for key, value in {**ANSWERS, **registration}.items()}
        config = {"aws:region": "eu-west-1", **given}
        program, secret = str(TEMPLATES["python"] / "__main__.py"), "acme-backend:clientSecret"
        return recorded(Program(program, "acme-backend", "dev", config, secret_keys=[secret]))

    before = run().outputs
    (app,) = read_outputs(json.dumps(before)).registration.apps
    assert (app.organization_id, app.name) == ("acme", ANSWERS["appName"])
    assert app.scopes == tuple(ANSWERS["scopes"].split(","))
    assert app.support_url == ANSWERS["supportUrl"]
    assert before["technicalTab"]["acme"]["status"] == "awaiting-registration"
    after = run(clientId="1abcdef", clientSecret="a-secret", registeredBaseUrl=before["baseUrl"])
    assert after.outputs["technicalTab"]["acme"]["status"] == "ready"
    version = after.one("SecretVersion")
    assert "a-secret" in version.inputs["secretString"]
    assert version.secret_inputs == ["secretString"]


def test_the_typescript_program_reads_the_answers() -> None:
    text = (TEMPLATES["typescript"] / "index.ts").read_text()
    read = re.findall(r'config\.(?:require|get|getSecret)\("(\w+)"\)', text)
    registration = {"clientId", "clientSecret", "registeredBaseUrl"}
    assert sorted(read) == sorted({*ANSWERS, *registration})


def test_the_yaml_program_has_the_outputs_of_the_others() -> None:
    outputs = project_file(TEMPLATES["yaml"])["outputs"]
    python = (TEMPLATES["python"] / "__main__.py").read_text()
    exports = re.findall(
        r"export const \{ (.+) \}", (TEMPLATES["typescript"] / "index.ts").read_text()
    )
    typescript = ", ".join(exports).split(", ")
    assert list(outputs) == re.findall(r'pulumi\.export\("(\w+)"', python) == typescript


def test_the_workflows_have_this_repositorys_pins_and_the_fewest_rights() -> None:
    """They are all equal. `make lint` checks the workflow of the YAML template."""
    workflows = [path / WORKFLOW for path in TEMPLATES.values()]
    (text,) = {each.read_text() for each in workflows}
    own = "".join(path.read_text() for path in (ROOT / ".github/workflows").glob("*.yml"))
    assert all(used in own for used in re.findall(r"uses: (.+)", text))
    file = yaml.safe_load(text)
    assert file["permissions"] == {}
    assert file["jobs"]["dev"]["permissions"] == {"contents": "read", "id-token": "write"}
    assert file["jobs"]["dev"]["if"] == (
        "github.event_name == 'push' || "
        "(github.event.pull_request.head.repo.full_name == github.repository && "
        # The actor is the last pusher; the author stays the same.
        "github.event.pull_request.user.login != 'dependabot[bot]')"
    )
    variables = set(re.findall(r"(?:vars|secrets)\.(\w+)", text))
    for template in TEMPLATES.values():
        readme = (template / "README.md").read_text()
        assert variables == set(re.findall(r"\| (?:variable|secret) `(\w+)`", readme))


def test_the_secrets_reach_only_the_cli_and_not_what_packages_run() -> None:
    job = yaml.safe_load((TEMPLATES["yaml"] / WORKFLOW).read_text())["jobs"]["dev"]
    *others, preview, up = job.pop("steps")
    assert "secrets." not in str(job) + str(others)
    assert [each["run"].split()[:2] for each in (preview, up)] == [
        ["pulumi", "preview"],
        ["pulumi", "up"],
    ]
    assert preview["env"] == up["env"]
