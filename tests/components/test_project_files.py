"""Pulumi.yaml and the stack files: what the CLI reads before the program runs."""

import json
import re
from typing import Any

import pytest
import yaml

from components.configuration_errors import ConfigurationError
from components.settings import (
    AppSettings,
    BigCommerce,
    Domain,
    Functions,
    ReservedConcurrency,
    RouteThrottle,
    RutterSettings,
    Settings,
    Throttle,
)
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


def test_program_has_its_name_and_runs_in_the_virtual_environment_that_make_installs() -> None:
    assert PULUMI_YAML["name"] == "bigcommerce"
    options = {"toolchain": "pip", "virtualenv": ".venv"}
    assert PULUMI_YAML["runtime"] == {"name": "python", "options": options}


def test_declared_keys_are_those_of_the_settings() -> None:
    assert DECLARED.keys() == SCHEMA.keys()
    assert DECLARED["apps"]["items"] == {"type": "object"}


@pytest.mark.parametrize("key", DECLARED)
def test_declared_type_is_that_of_the_setting_and_its_description_a_sentence(key: str) -> None:
    assert DECLARED[key]["type"] == schema_type(SCHEMA[key])
    assert DECLARED[key]["description"][0].isupper()
    assert DECLARED[key]["description"].endswith(".")


@pytest.mark.parametrize(
    ("key", "model"),
    [
        ("apps", AppSettings),
        ("apps", RutterSettings),
        ("throttle", Throttle),
        ("throttle", RouteThrottle),
        ("functions", Functions),
        ("functions", ReservedConcurrency),
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
    # The apps have no default, and what is not there is empty.
    expected = {
        **defaults,
        "apps": [],
        "domain": {},
        "monitoring": {},
        "permissionsBoundaryArn": "",
    }
    assert {key: declared["default"] for key, declared in DECLARED.items()} == expected


@pytest.mark.parametrize("stack", ["dev", "local"])
def test_stack_file_is_valid_has_no_secret_and_its_app_awaits_registration(stack: str) -> None:
    settings = read_texts(encoded(stack_config(ROOT, stack, {})), stack=stack, secret_keys=[])
    (app,) = settings.apps
    assert app.client_id is None
    assert settings.protect is False
    text = (ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
    assert not re.search("clientSecret|secure:|encryptionsalt", text)


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_stack_file_of_a_protected_stack_lacks_nothing_but_its_ids(stack: str) -> None:
    """And its account, whose id stands for none."""
    config = stack_config(ROOT, stack, {})
    assert config["aws:allowedAccountIds"] == ["000000000000"]
    assert config["aws:defaultTags"]["tags"] == {"environment": stack}
    (app,) = config[f"{PROJECT}:apps"]
    with pytest.raises(ConfigurationError) as raised:
        read_texts(encoded(config), stack=stack, secret_keys=[])
    organization, account = raised.value.problems
    assert organization.key == "apps[0].organizationId"
    assert account.key == "aws:allowedAccountIds[0]"
    assert account.remedy.endswith("--path 'aws:allowedAccountIds[0]' ACCOUNT_ID")
    app["organizationId"] = "mine"
    config["aws:allowedAccountIds"] = ["123456789012"]
    assert read_texts(encoded(config), stack=stack, secret_keys=[]).protect
