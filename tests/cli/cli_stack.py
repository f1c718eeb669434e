"""A stack of this project that the Pulumi CLI deploys into the embedded AWS."""

import json
import os
import runpy
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from pulumi import automation as auto

ROOT = Path(__file__).resolve().parents[2]
NAME = "local"
APPS = "apps"
PLUGIN = "pulumi-resource-aws"
_START = "#!/bin/sh\nPYTHONPATH='{root}' exec '{python}' -m {module} \"$@\"\n"


@dataclass(frozen=True)
class Run:
    """Steps of a command, each an operation, type and name, and all that it printed."""

    steps: frozenset[tuple[str, str, str]]
    printed: str

    @property
    def operations(self) -> Counter[str]:
        return Counter(operation for operation, _, _ in self.steps)

    def resources(self, *operations: str) -> set[tuple[str, str]]:
        """Type and name of those it did this to; "same" is what it does to an unchanged one."""
        return {(kind, name) for operation, kind, name in self.steps if operation in operations}


@dataclass(frozen=True)
class PulumiCli:
    """The CLI, and the environment in which it finds its AWS provider."""

    command: auto.PulumiCommand
    _environment: Mapping[str, str]

    def with_plugin(self, folder: Path, module: str, name: str = PLUGIN) -> "PulumiCli":
        """It with a module of ours as a plugin, as long as that is in the folder."""
        plugin = folder / name
        plugin.write_text(_START.format(root=ROOT, python=sys.executable, module=module))
        plugin.chmod(0o755)
        path = self._environment.get("PATH", os.environ["PATH"])
        first = {"PATH": f"{folder}{os.pathsep}{path}"}
        return replace(self, _environment={**self._environment, **first})

    def environment(self, folder: Path) -> dict[str, str]:
        """The environment in which it keeps state in a folder."""
        state = folder / "state"
        state.mkdir(exist_ok=True)
        return {
            **self._environment,
            "PULUMI_BACKEND_URL": state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "for these tests alone",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": NAME,
        }


class CliCommands:
    """Commands of the CLI for the stack `local` in `folder`.

    The CLI calls a given program in this process: it needs no language host. A command that fails
    raises `CommandError` with all that the CLI printed.
    """

    def __init__(
        self, folder: Path, project: str, cli: PulumiCli, program: Callable[[], None] | None = None
    ) -> None:
        self.folder = folder
        options = auto.LocalWorkspaceOptions(
            work_dir=str(folder), pulumi_command=cli.command, env_vars=cli.environment(folder)
        )
        self._stack = auto.create_or_select_stack(NAME, project, program, str(folder), options)
        # `up` would end with three more commands, whose results no test reads.
        vars(self._stack).update(outputs=dict, info=lambda *_: True)

    def set_secret(self, path: str, value: str) -> None:
        """Set a secret as `pulumi config set --secret --path` does."""
        self._stack.set_config(path, auto.ConfigValue(value, secret=True), path=True)

    def preview(self, **options: Any) -> Run:
        return _run(self._stack.preview, diff=True, **options)

    def up(self, **options: Any) -> Run:
        return _run(self._stack.up, diff=True, **options)

    def refresh(self) -> Run:
        return _run(self._stack.refresh)

    def destroy(self) -> Run:
        return _run(self._stack.destroy)

    def pulumi(self, *arguments: str) -> str:
        """Run any other command of the CLI and return what it printed."""
        workspace = self._stack.workspace
        return workspace.pulumi_command.run(
            list(arguments), workspace.work_dir, workspace.env_vars
        ).stdout


class CliStack(CliCommands):
    """This project's stack, with copies of its files and its state in `folder`."""

    def __init__(self, folder: Path, endpoint: str, cli: PulumiCli) -> None:
        for name in ("Pulumi.yaml", f"Pulumi.{NAME}.yaml"):
            text = (ROOT / name).read_text().replace("http://localhost:4566", endpoint)
            (folder / name).write_text(text)
        self._file = folder / f"Pulumi.{NAME}.yaml"
        self._plain = yaml.safe_load(self._file.read_text())["config"]
        project = yaml.safe_load((folder / "Pulumi.yaml").read_text())["name"]
        super().__init__(folder, project, cli, _run_program)

    @property
    def app(self) -> dict[str, Any]:
        """The app of Pulumi.local.yaml."""
        return dict(self._plain[APPS][0])

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Configure the stack as Pulumi.local.yaml does, except `settings` by their full keys."""
        document = yaml.safe_load(self._file.read_text()) | {"config": self._plain | settings}
        self._file.write_text(yaml.safe_dump(document))

    def ci(self, action: str) -> subprocess.CompletedProcess[str]:
        """Do what CI does with the stack, with its script."""
        workspace = self._stack.workspace
        cli = str(Path(workspace.pulumi_command.command).parent)
        environment = os.environ | dict(workspace.env_vars)
        return subprocess.run(
            [ROOT / ".ci/stack", action, NAME],
            cwd=self.folder,
            env={
                **environment,
                "PATH": f"{cli}{os.pathsep}{environment['PATH']}",
                "PYTHON": sys.executable,
                "PYTHONPATH": str(ROOT),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def technical_tab(self, organization_id: str) -> dict[str, Any]:
        """An app's output `technicalTab`."""
        return dict(json.loads(self.pulumi("stack", "output", "technicalTab"))[organization_id])


def _run(command: Callable[..., Any], **options: Any) -> Run:
    events: list[auto.EngineEvent] = []
    result = command(on_event=events.append, color="never", **options)
    steps = set()
    for event in events:
        if event.res_outputs_event:
            step = event.res_outputs_event.metadata
            *_, kind, name = step.urn.split("::")
            steps.add((step.op.value, kind.rpartition("$")[2], name))
    return Run(frozenset(steps), result.stdout + result.stderr)


def _run_program() -> None:
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")
