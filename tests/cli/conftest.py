"""The Pulumi CLI with an AWS provider, and stacks it deploys into embedded AWS accounts."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.emulator import Emulator
from tests.cli.cli_stack import CliStack, PulumiCli
from tests.cli.pulumi_cli import YAML_HOST, find_or_build, yaml_host

# What `make test-plugin` sets.
PLUGIN_VARIABLE = "AWS_PLUGIN"


@pytest.fixture(scope="session")
def pulumi_cli(tmp_path_factory: pytest.TempPathFactory) -> PulumiCli:
    """The CLI, with `local.provider` as its AWS provider.

    If AWS_PLUGIN is set, it uses the AWS plugin instead.
    """
    if os.environ.get(PLUGIN_VARIABLE):
        return PulumiCli(find_or_build(), {})
    folder = tmp_path_factory.mktemp("plugin")
    cli = PulumiCli(find_or_build(), {"PULUMI_HOME": str(folder / "home")})
    return cli.with_plugin(folder, "local.provider")


@pytest.fixture(scope="session")
def shared_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(log=tmp_path_factory.mktemp("shared") / "emulator.log") as running:
        yield running


@pytest.fixture(scope="session")
def shared_stack(
    pulumi_cli: PulumiCli, shared_account: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> CliStack:
    """A stack that tests share; `stack` is it with its plain configuration."""
    folder = tmp_path_factory.mktemp("stack")
    return CliStack(folder, shared_account.endpoint_url, pulumi_cli)


@pytest.fixture
def stack(shared_stack: CliStack) -> CliStack:
    """A deployed stack with one app that is not registered yet."""
    shared_stack.configure({})
    shared_stack.up()
    return shared_stack


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Emulator]:
    with Emulator(log=tmp_path / "emulator.log") as running:
        yield running


@pytest.fixture
def new_stack(pulumi_cli: PulumiCli, account: Emulator, tmp_path: Path) -> CliStack:
    return CliStack(tmp_path, account.endpoint_url, pulumi_cli)


@pytest.fixture(scope="session")
def consumer_cli(pulumi_cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> PulumiCli:
    """The CLI with what a YAML program that uses the component package needs."""
    folder = tmp_path_factory.mktemp("hosts")
    (folder / YAML_HOST).symlink_to(yaml_host())
    cli = pulumi_cli.with_plugin(folder, "tests.cli.python_host", "pulumi-language-python")
    return cli.with_plugin(folder, "tests.cli.typed_provider")
