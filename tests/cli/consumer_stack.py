"""A stack of a consumer's YAML program that uses the component package by its path."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.cli.cli_stack import NAME, ROOT, CliCommands, PulumiCli

APP = {"organizationId": "acme", "name": "Acme", "scopes": ["store_v2_products"]}


class ConsumerStack(CliCommands):
    """The stack `local` of a project with this name.

    Attributes:
        provider: the settings of its AWS provider.
    """

    def __init__(self, folder: Path, project: str, endpoint: str, cli: PulumiCli) -> None:
        self.folder, self._project = folder, project
        self.write({})
        config = write_config(folder, endpoint)
        self.provider = {key.removeprefix("aws:"): value for key, value in config.items()}
        super().__init__(folder, project, cli)

    def write(self, inputs: Mapping[str, Any], others: Mapping[str, Any] | None = None) -> None:
        """Write the program: a backend, and other resources with the provider `aws`."""
        backend = {
            "type": "bigcommerce:AppBackend",
            "properties": {"apps": [APP], "protect": False, **inputs},
            "options": {"providers": ["${aws}"]} if others else {},
        }
        declared = {"clientSecret": {"type": "string", "secret": True}}
        program = {
            "name": self._project,
            "runtime": "yaml",
            "packages": {"bigcommerce": str(ROOT / "package")},
            "config": declared if "${clientSecret}" in str(inputs) else {},
            "resources": {**(others or {}), "backend": backend},
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
