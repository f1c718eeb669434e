"""The templates, rendered as `pulumi new` renders them.

The CLI replaces two placeholders in every file and writes the answers to the stack's configuration.
"""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi
import pytest
import yaml
from pydantic.alias_generators import to_camel

from components.settings.model import AppSettings, Settings
from local.engine.program import Program
from tests.components.recorder import recorded
from tests.documents import ROOT

TEMPLATES = {path.name: path for path in sorted((ROOT / "templates").iterdir())}
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
ANSWERS = {
    "aws:region": "eu-west-1",
    "organizationId": "acme",
    "appName": "Acme",
    "scopes": "store_v2_orders_read_only,store_v2_products",
    "supportUrl": "https://www.example.com/support",
}
BASE_URL = "https://abc.execute-api.eu-west-1.amazonaws.com"
REGISTRATION = {
    "clientId": "1abcdef",
    "clientSecret": "a-secret",
    "registeredBaseUrl": BASE_URL,
}
each_template = pytest.mark.parametrize("name", TEMPLATES)


@pytest.fixture
def project(name: str, tmp_path: Path) -> Path:
    """The folder of a new project."""
    folder = tmp_path / name
    shutil.copytree(TEMPLATES[name], folder)
    for path in (each for each in folder.rglob("*") if each.is_file()):
        text = path.read_text().replace("${PROJECT}", "acme-backend")
        path.write_text(text.replace("${DESCRIPTION}", "The back end of Acme's app"))
    return folder


def project_file(folder: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((folder / "Pulumi.yaml").read_text()))


@each_template
def test_a_template_asks_for_the_answers(name: str, project: Path) -> None:
    file = project_file(project)
    assert (file["name"], file["description"]) == ("acme-backend", "The back end of Acme's app")
    assert file["template"]["config"].keys() == ANSWERS.keys()
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


@each_template
def test_the_cli_refuses_a_client_secret_that_is_not_encrypted(name: str, project: Path) -> None:
    """It does so if a typed key is secret, and then needs a value, which a new project lacks."""
    config = yaml.safe_load(registered(project))["config"]
    assert config["clientSecret"] == {"type": "string", "secret": True}
    assert "clientSecret" not in project_file(project).get("config", {})


def yaml_settings(text: str, config: Mapping[str, str]) -> Settings:
    """The settings that a YAML program gives the component."""
    program = yaml.safe_load(text)
    assert {"aws:region", *program["config"]} == config.keys()

    def evaluated(value: Any) -> Any:
        match value:
            case {"fn::split": [separator, source]}:
                return evaluated(source).split(separator)
            case dict():
                return {evaluated(key): evaluated(item) for key, item in value.items()}
            case list():
                return [evaluated(item) for item in value]
        return re.sub(r"\$\{(\w+)\}", lambda name: config[name[1]], value)

    return Settings.model_validate(evaluated(program["resources"]["backend"]["properties"]))


def python_settings(folder: Path, config: Mapping[str, str]) -> Settings:
    """The settings that a Python program gives the component."""

    class AppBackend:
        base_url = technical_tab = readme = operations = "output"
        installations_table = access_token_reader_policy_arn = operator_policy_arn = "output"

        def __init__(self, _name: str, **arguments: Any) -> None:
            pulumi.export("arguments", arguments)

    sdk = ModuleType("pulumi_bigcommerce")
    sdk.__dict__.update(AppBackend=AppBackend, AppArgs=dict)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pulumi_bigcommerce", sdk)
        recording = recorded(
            Program(
                path=str(folder / "__main__.py"),
                project="acme-backend",
                stack="dev",
                config={
                    key if ":" in key else f"acme-backend:{key}": value
                    for key, value in config.items()
                },
                secret_keys=["acme-backend:clientSecret"],
            )
        )
    assert recording.error is None
    assert ("arguments" in recording.secret_outputs) == ("clientSecret" in config)
    arguments = recording.outputs["arguments"]
    apps = [{to_camel(key): value for key, value in app.items()} for app in arguments["apps"]]
    others = {to_camel(key): value for key, value in arguments.items()}
    return Settings.model_validate({**others, "apps": apps})


@pytest.mark.parametrize("registration", [{}, REGISTRATION], ids=["before", "after"])
@pytest.mark.parametrize("name", ["yaml", "python"])
def test_a_program_gives_the_component_the_answers(
    name: str, project: Path, registration: dict[str, str]
) -> None:
    """Before and after the registration."""
    config = ANSWERS | registration
    if name == "yaml":
        text = registered(project) if registration else (project / "Pulumi.yaml").read_text()
        settings = yaml_settings(text, config)
    else:
        settings = python_settings(project, config)
    (app,) = settings.apps
    assert (app.organization_id, app.name) == ("acme", "Acme")
    assert app.scopes == ("store_v2_orders_read_only", "store_v2_products")
    assert app.support_url == ANSWERS["supportUrl"]
    client_secrets = dict(settings)["client_secrets"]  # here neither an output nor awaited
    secrets = {key: each.get_secret_value() for key, each in client_secrets.items()}
    given = (app.client_id, app.registered_base_url, secrets)
    assert given == (
        ("1abcdef", BASE_URL, {"acme": "a-secret"}) if registration else (None, None, {})
    )


def test_the_typescript_program_names_the_answers_and_the_settings() -> None:
    text = (TEMPLATES["typescript"] / "index.ts").read_text()
    read = re.findall(r'config\.(?:require|get|getSecret)\("(\w+)"\)', text)
    assert sorted(read) == sorted({*ANSWERS, *REGISTRATION} - {"aws:region"})
    fields = {**Settings.model_fields, **AppSettings.model_fields}.values()
    given = set(re.findall(r"(?m)^ +(\w+)[:,]", text))
    assert given == {
        *("apps", "clientSecrets", "clientId", "registeredBaseUrl"),
        *("organizationId", "name", "scopes", "supportUrl"),
    }
    assert given <= {field.alias for field in fields}


def test_the_yaml_program_has_the_outputs_of_the_others() -> None:
    outputs = project_file(TEMPLATES["yaml"])["outputs"]
    python = (TEMPLATES["python"] / "__main__.py").read_text()
    exports = re.findall(
        r"export const \{ (.+) \}", (TEMPLATES["typescript"] / "index.ts").read_text()
    )
    typescript = ", ".join(exports).split(", ")
    assert list(outputs) == re.findall(r'pulumi\.export\("(\w+)"', python) == typescript


def workflow(template: str) -> Path:
    return TEMPLATES[template] / ".github/workflows/deploy.yml"


@each_template
def test_the_workflow_is_sound(name: str) -> None:
    """It is the same in each template, and has this repository's pins and the fewest rights."""
    bin_folder = Path(sys.executable).parent
    for command in (
        ("check-jsonschema", "-q", "--builtin-schema", "vendor.github-workflows"),
        ("zizmor", "--offline", "--quiet", "--config", str(ROOT / ".github/zizmor.yml")),
    ):
        subprocess.run([bin_folder / command[0], *command[1:], workflow(name)], check=True)
    text = workflow(name).read_text()
    assert text == workflow("yaml").read_text()
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
    readme = (TEMPLATES[name] / "README.md").read_text()
    assert variables == set(re.findall(r"\| (?:variable|secret) `(\w+)`", readme))


def test_the_secrets_reach_only_the_cli_and_not_what_packages_run() -> None:
    job = yaml.safe_load(workflow("yaml").read_text())["jobs"]["dev"]
    *others, preview, up = job.pop("steps")
    assert "secrets." not in str(job) + str(others)
    assert [each["run"].split()[:2] for each in (preview, up)] == [
        ["pulumi", "preview"],
        ["pulumi", "up"],
    ]
    assert preview["env"] == up["env"]
