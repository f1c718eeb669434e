"""The oldest Pulumi CLI that the README names."""

from dataclasses import replace
from pathlib import Path

import pytest

from local.emulator import Emulator
from tests.cli.account import contents
from tests.cli.cli_stack import ROOT, CliStack, PulumiCli
from tests.cli.consumer_stack import ConsumerStack
from tests.cli.pulumi_cli import MINIMUM, build

pytestmark = pytest.mark.cli


def test_it_previews_the_program_and_deploys_with_the_package(
    consumer_cli: PulumiCli, account: Emulator, tmp_path: Path
) -> None:
    version = f"{MINIMUM.major}.{MINIMUM.minor}"
    assert f"{version} or later" in (ROOT / "README.md").read_text(encoding="utf-8")
    oldest = replace(consumer_cli, command=build(str(MINIMUM)))
    program = CliStack(tmp_path, account.endpoint_url, oldest)
    assert program.preview().operations.keys() == {"create"}
    package = ConsumerStack(tmp_path, "old", account.endpoint_url, oldest)
    created = package.up().operations
    assert package.destroy().operations == {"delete": created["create"]}
    assert contents(account) == {}
