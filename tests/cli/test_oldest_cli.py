"""The oldest Pulumi CLI that the README names."""

from dataclasses import replace
from pathlib import Path

import pytest

from local.emulator import Emulator
from tests.cli.account import contents
from tests.cli.cli_stack import ROOT, CliStack, PulumiCli
from tests.cli.consumer_stack import ConsumerStack
from tests.cli.pulumi_cli import MINIMUM, NoPulumiError, Say, build

pytestmark = pytest.mark.cli


@pytest.fixture
def oldest(consumer_cli: PulumiCli, say: Say) -> PulumiCli:
    version = f"{MINIMUM.major}.{MINIMUM.minor}"
    assert f"{version} or later" in (ROOT / "README.md").read_text(encoding="utf-8")
    try:
        return replace(consumer_cli, command=build(str(MINIMUM), say))
    except NoPulumiError as error:
        pytest.skip(str(error))


def test_it_previews_the_program(oldest: PulumiCli, account: Emulator, tmp_path: Path) -> None:
    stack = CliStack(tmp_path, account.endpoint_url, oldest)
    assert stack.preview().operations.keys() == {"create"}


def test_it_deploys_and_destroys_with_the_package(
    oldest: PulumiCli, account: Emulator, tmp_path: Path
) -> None:
    stack = ConsumerStack(tmp_path, "old", account.endpoint_url, oldest)
    created = stack.up().operations
    assert stack.destroy().operations == {"delete": created["create"]}
    assert contents(account) == {}
