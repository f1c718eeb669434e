"""What holds for every resource: its name, its place, and its component's outputs."""

import importlib
import inspect
from pathlib import Path

from tests.components.recorder import API_ENDPOINT, KEY_ID, Recording
from tests.components.recordings import ROOT
from tests.components.stacks import GLOBEX

COMPONENT_PREFIX = "bigcommerce:index:"
# What AWS, or the merchants' address bar, prescribes.
PRESCRIBED_NAMES = {"$default", "apps.example.com"}
PRESCRIBED_PREFIXES = ("/aws/lambda/", "/aws/vendedlogs/", "alias/")


def test_physical_names_start_with_project_and_stack(customized: Recording) -> None:
    for resource in customized.resources:
        name = resource.inputs.get("name")
        if name is None or name in PRESCRIBED_NAMES:
            continue
        for prefix in PRESCRIBED_PREFIXES:
            name = name.removeprefix(prefix)
        assert name.startswith(("bigcommerce-test-", "bigcommerce/test/")), resource.urn


def test_no_two_resources_share_a_name(two_apps: Recording) -> None:
    names = [(each.type, each.inputs["name"]) for each in two_apps.resources if each.custom
             and "name" in each.inputs]  # fmt: skip
    assert len(names) == len(set(names))
    urns = [each.urn for each in two_apps.resources]
    assert len(urns) == len(set(urns))


def test_every_resource_is_a_child_of_a_component_and_every_component_of_the_stack(
    customized: Recording,
) -> None:
    components = {each.urn for each in customized.resources if not each.custom}
    for resource in customized.resources:
        if resource.custom:
            assert resource.parent in components, resource.urn
        else:
            assert resource.type.startswith(COMPONENT_PREFIX)
            assert resource.parent.endswith("pulumi:pulumi:Stack::bigcommerce-test")


def test_every_component_has_resources_of_its_own(customized: Recording) -> None:
    parents = {each.parent for each in customized.resources}
    assert all(each.urn in parents for each in customized.resources if not each.custom)


def test_every_component_of_the_package_is_part_of_the_program(customized: Recording) -> None:
    declared = {
        name
        for file in Path(ROOT, "components").glob("*.py")
        for name, value in vars(importlib.import_module(f"components.{file.stem}")).items()
        if inspect.isclass(value) and value.__module__ == f"components.{file.stem}"
        if "ComponentResource" in [base.__name__ for base in value.__bases__]
    }
    types = {each.type for each in customized.resources if not each.custom}
    assert types == {f"{COMPONENT_PREFIX}{name}" for name in declared}


def test_every_component_registers_its_outputs(awaiting: Recording) -> None:
    registered = {
        (each.type.removeprefix(COMPONENT_PREFIX), each.name): awaiting.registered_outputs[each.urn]
        for each in awaiting.resources
        if not each.custom
    }
    function_arn = "arn:aws:lambda:us-east-1:123456789012:function:bigcommerce-test"
    invoke_path = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions"
    callbacks = ("auth", "load", "uninstall", "remove-user")
    assert registered == {
        ("BigCommerceApp", GLOBEX): {
            "secretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
            f"bigcommerce/test/apps/{GLOBEX}-AbCdEf"
        },
        ("CallbackApi", "callbacks"): {"baseUrl": API_ENDPOINT},
        ("InstallationStore", "installations"): {
            "tableName": "bigcommerce-test-installations",
            "keyArn": f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}",
            "readerPolicyArn": (
                "arn:aws:iam::123456789012:policy/bigcommerce-test-access-token-reader"
            ),
        },
        **{
            ("CallbackFunction", name): {
                "name": f"bigcommerce-test-{name}",
                "invokeArn": f"{invoke_path}/{function_arn}-{name}/invocations",
            }
            for name in callbacks
        },
    }
