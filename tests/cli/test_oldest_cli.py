"""The oldest Pulumi CLI that the README names."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from local.emulator import Emulator
from tests.cli.account import contents
from tests.cli.cli_stack import ROOT, CliCommands, CliStack, PulumiCli
from tests.cli.consumer_stack import ConsumerStack
from tests.cli.pulumi_cli import MINIMUM, NoPulumiError, Say, build

pytestmark = pytest.mark.cli

Open = Callable[[Path, str, PulumiCli], CliCommands]


@pytest.mark.parametrize(
    "stack", [CliStack, lambda *given: ConsumerStack(given[0], "old", *given[1:])]
)
def test_the_oldest_cli_deploys_and_destroys_program_and_package(
    stack: Open, consumer_cli: PulumiCli, say: Say, account: Emulator, tmp_path: Path
) -> None:
    version = f"{MINIMUM.major}.{MINIMUM.minor}"
    assert f"{version} or later" in (ROOT / "README.md").read_text(encoding="utf-8")
    try:
        oldest = replace(consumer_cli, command=build(str(MINIMUM), say))
    except NoPulumiError as error:
        pytest.skip(str(error))
    opened = stack(tmp_path, account.endpoint_url, oldest)
    created = opened.up().operations
    assert opened.up().operations == {"same": created["create"]}
    assert opened.destroy().operations == {"delete": created["create"]}
    assert contents(account) == {}
