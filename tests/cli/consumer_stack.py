"""A stack of a consumer's YAML program that uses the component package by its path."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pulumi import automation as auto

from tests.cli.cli_stack import NAME, ROOT, CliCommands, PulumiCli

APP = {"organizationId": "acme", "name": "Acme", "scopes": ["store_v2_products"]}


class ConsumerStack(CliCommands):
    """The stack `local` of a project with this name.

    Attributes:
        provider: the settings of its AWS provider.
    """

    def __init__(self, folder: Path, project: str, endpoint: str, cli: PulumiCli) -> None:
        self.folder = folder
        self._project = project
        self.write({})
        config = write_config(folder, endpoint)
        self.provider = {key.removeprefix("aws:"): value for key, value in config.items()}
        options = auto.LocalWorkspaceOptions(
            pulumi_command=cli.command, env_vars=cli.environment(folder)
        )
        self._stack = auto.create_or_select_stack(NAME, work_dir=str(folder), opts=options)

    def write(
        self,
        inputs: Mapping[str, Any],
        *,
        options: Mapping[str, Any] | None = None,
        resources: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the program: a backend with these inputs, and other resources."""
        backend = {
            "type": "bigcommerce:AppBackend",
            "properties": {"apps": [APP], "protect": False, **inputs},
            "options": options or {},
        }
        declared = {"clientSecret": {"type": "string", "secret": True}}
        program = {
            "name": self._project,
            "runtime": "yaml",
            "packages": {"bigcommerce": str(ROOT / "package")},
            "config": declared if "${clientSecret}" in str(inputs) else {},
            "resources": {**(resources or {}), "backend": backend},
            "outputs": {"operations": "${backend.operations}", "baseUrl": "${backend.baseUrl}"},
        }
        (self.folder / "Pulumi.yaml").write_text(yaml.safe_dump(program))


def write_config(folder: Path, endpoint: str) -> dict[str, Any]:
    """Write a stack's configuration, which only the AWS provider reads."""
    text = (ROOT / f"Pulumi.{NAME}.yaml").read_text()
    config = yaml.safe_load(text.replace("http://localhost:4566", endpoint))["config"]
    aws = {key: value for key, value in config.items() if key.startswith("aws:")}
    (folder / f"Pulumi.{NAME}.yaml").write_text(yaml.safe_dump({"config": aws}))
    return aws
