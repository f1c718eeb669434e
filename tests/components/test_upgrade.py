"""Whether an upgrade replaces or renames a resource, compared with resources.yaml."""

from difflib import unified_diff
from pathlib import Path

import pytest

from local.engine.program import Program
from tests import resources
from tests.components.recorder import Recording, recorded
from tests.components.recordings import Recorder

VERSION = """
from pulumi import Alias, ComponentResource, ResourceOptions
from pulumi_aws import dynamodb, secretsmanager

store = ComponentResource("bigcommerce:index:Store", "store", opts=ResourceOptions())
table = dynamodb.Table(
    "table",
    name="records",
    hash_key="pk",
    attributes=[{"name": "pk", "type": "S"}],
    opts=ResourceOptions(parent=store),
)
secretsmanager.Secret("secret", name="app", description="an app", opts=ResourceOptions())
"""


def test_upgrade_replaces_and_renames_nothing(record: Recorder) -> None:
    """If you must, run `python -m tests.resources` and read CONTRIBUTING.md about its diff."""
    listed = resources.listed()
    registered = resources.registered(record, listed)
    before, after = (resources.dumped(each).splitlines() for each in (listed, registered))
    difference = "\n".join(unified_diff(before, after, "listed", "registered", lineterm="", n=0))
    assert not difference, difference


@pytest.mark.parametrize(
    ("change", "is_kept"),
    [
        ({}, True),
        ({'description="an app"': 'description="my app"'}, True),
        ({'hash_key="pk"': 'hash_key="id"'}, False),
        ({'name="records"': 'name="installations"'}, False),
        ({'name="app"': 'name="apps"'}, False),
        ({"attributes=": 'local_secondary_indexes=[{"name": "by-id"}], attributes='}, False),
        ({"attributes=": "stream_enabled=True, attributes="}, False),
        ({'"table",': '"renamed",'}, False),
        (
            {
                '"table",': '"renamed",',
                "parent=store": 'parent=store, aliases=[Alias(name="table")]',
            },
            True,
        ),
        ({"parent=store": ""}, False),
        ({"parent=store": "aliases=[Alias(parent=store)]"}, True),
        ({"index:Store": "index:Records"}, False),
        (
            {
                'index:Store", "store", opts=ResourceOptions(': 'index:Records", "store", '
                'opts=ResourceOptions(aliases=[Alias(type_="bigcommerce:index:Store")]',
            },
            True,
        ),
    ],
)
def test_only_kept_resources_pass(tmp_path: Path, change: dict[str, str], *, is_kept: bool) -> None:
    before = resources.resources(version(tmp_path / "before.py", {}), {})
    after = version(tmp_path / "after.py", change)
    assert (resources.resources(after, before) == before) == is_kept


def version(file: Path, change: dict[str, str]) -> Recording:
    text = VERSION
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)
    recording = recorded(Program(str(file), "project", "stack", {}))
    assert recording.error is None
    return recording
