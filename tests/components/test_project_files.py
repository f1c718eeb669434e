"""Pulumi.yaml and the stack files: what the CLI reads before the program runs."""

import json
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
from local.check_config import check_config
from local.engine.configuration import stack_names
from tests.components.reading import read
from tests.components.recordings import ROOT
from tests.components.stacks import ACME_APP

PULUMI_YAML = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
# `pulumi new` adds a tag of its own.
DECLARED: dict[str, dict[str, Any]] = {
    key: declared for key, declared in PULUMI_YAML["config"].items() if ":" not in key
}
SCHEMA: dict[str, Any] = Settings.model_json_schema(by_alias=True)["properties"]


def schema_type(schema: dict[str, Any]) -> str:
    """The type of a setting; another model is an object, and null is left out."""
    for choice in schema.get("anyOf", []):
        if choice.get("type") != "null":
            return schema_type(choice)
    found: str = schema.get("type", "object")
    return found


def test_program_runs_in_the_virtual_environment_that_make_installs() -> None:
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


@pytest.mark.parametrize("stack", stack_names(ROOT))
def test_stack_file_lacks_nothing_but_what_its_team_knows(stack: str) -> None:
    """The app's organization ID and the account: the sample's belong to nobody."""
    try:
        check_config(ROOT, stack)
    except ConfigurationError as error:
        unknown = {"apps[0].organizationId", "aws:allowedAccountIds"}
        assert {problem.key for problem in error.problems} <= unknown
