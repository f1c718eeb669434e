"""Pulumi.yaml and the stack files: what the CLI reads before the program runs."""

import json
from typing import Any

import pytest
import yaml

from components.settings import AppSettings, BigCommerce, Domain, Functions, Settings, Throttle
from local.engine.configuration import encoded, stack_config
from tests.components.reading import read, read_texts
from tests.components.recordings import PROJECT, ROOT
from tests.components.stacks import ACME_APP

PULUMI_YAML = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
DECLARED: dict[str, dict[str, Any]] = PULUMI_YAML["config"]
SCHEMA: dict[str, Any] = Settings.model_json_schema(by_alias=True)["properties"]


def schema_type(schema: dict[str, Any]) -> str:
    """The type of a setting; another model is an object, and null is left out."""
    for choice in schema.get("anyOf", []):
        if choice.get("type") != "null":
            return schema_type(choice)
    found: str = schema.get("type", "object")
    return found


def test_program_runs_in_the_virtual_environment_that_make_installs() -> None:
    assert PULUMI_YAML["runtime"] == {
        "name": "python",
        "options": {"toolchain": "pip", "virtualenv": ".venv"},
    }


def test_declared_keys_are_those_of_the_settings() -> None:
    assert DECLARED.keys() == SCHEMA.keys()


@pytest.mark.parametrize("key", DECLARED)
def test_declared_type_is_that_of_the_setting(key: str) -> None:
    assert DECLARED[key]["type"] == schema_type(SCHEMA[key])


def test_declared_lists_say_what_they_hold() -> None:
    lists = [key for key, declared in DECLARED.items() if declared["type"] == "array"]
    assert {key: DECLARED[key]["items"] for key in lists} == {"apps": {"type": "object"}}


@pytest.mark.parametrize("key", DECLARED)
def test_description_is_a_sentence(key: str) -> None:
    description = DECLARED[key]["description"]
    assert description[0].isupper()
    assert description.endswith(".")


@pytest.mark.parametrize(
    ("key", "model"),
    [
        ("apps", AppSettings),
        ("throttle", Throttle),
        ("functions", Functions),
        ("domain", Domain),
        ("bigcommerce", BigCommerce),
    ],
)
def test_description_names_every_key_within(key: str, model: type[AppSettings]) -> None:
    description = DECLARED[key]["description"]
    for name in model.model_json_schema(by_alias=True)["properties"]:
        assert name in description


def test_declared_defaults_are_those_of_the_models() -> None:
    defaults = json.loads(
        read({"apps": [ACME_APP]}).model_dump_json(by_alias=True, exclude_none=True)
    )
    # The apps have no default, and no domain is an empty one.
    expected = {**defaults, "apps": [], "domain": {}}
    assert {key: declared["default"] for key, declared in DECLARED.items()} == expected


@pytest.mark.parametrize("stack", ["dev", "local"])
def test_stack_file_is_valid_and_its_app_awaits_registration(stack: str) -> None:
    config = stack_config(ROOT, stack, {})
    settings = read_texts(encoded(config), stack=stack, secret_keys=[])
    (app,) = settings.apps
    assert app.client_id is None
    assert settings.client_secrets == {}
    assert settings.protect is False


@pytest.mark.parametrize("stack", ["dev", "local"])
def test_stack_file_has_no_secret(stack: str) -> None:
    text = (ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
    assert "clientSecret" not in text
    assert "secure:" not in text
    assert "encryptionsalt" not in text


def test_project_has_the_name_that_keys_and_names_start_with() -> None:
    assert PROJECT == "bigcommerce"
