"""Recordings of the program for a stack's configuration, each made once a test session."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from local.engine.configuration import encoded, project_name, stack_config
from local.engine.program import Program
from tests.components.recorder import ACCOUNT, Recording, Resource, Warned

ROOT = Path(__file__).parents[2]
PROJECT = project_name(ROOT)
SECRETS = ("clientSecrets", "handoffKeys", "rutterClientSecrets")
STACK = "test"
ALLOWED: dict[str, Any] = {"aws:allowedAccountIds": [ACCOUNT]}


def configuration(config: Mapping[str, Any], stack: str = STACK) -> dict[str, str]:
    """A stack's configuration laid over Pulumi.yaml's defaults, as the program receives it.

    Its account is the one it may be deployed to.
    """
    with TemporaryDirectory() as folder:
        shutil.copy(ROOT / "Pulumi.yaml", folder)
        # Every JSON document is a YAML document.
        stack_file = Path(folder, f"Pulumi.{stack}.yaml")
        stack_file.write_text(json.dumps({"config": {**ALLOWED, **config}}), encoding="utf-8")
        return encoded(stack_config(Path(folder), stack, {}))


class Recorder:
    """Records the program, and keeps each recording in a folder that test processes share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(
        self, config: Mapping[str, Any], *, stack: str = STACK, preview: bool = False
    ) -> Recording:
        """The recording of a stack with this configuration."""
        secret_keys = [f"{PROJECT}:{key}" for key in SECRETS if key in config]
        program = Program(
            path=str(ROOT / "__main__.py"),
            project=PROJECT,
            stack=stack,
            config=configuration(config, stack),
            secret_keys=secret_keys,
            preview=preview,
        )
        return self.of(program)

    def of(self, program: Program) -> Recording:
        """The recording of a program of this repository."""
        text = json.dumps(asdict(program))
        kept = self._folder / f"{hashlib.sha256(text.encode()).hexdigest()}.json"
        if not kept.exists():
            self._folder.mkdir(exist_ok=True)
            with TemporaryDirectory(dir=self._folder) as scratch:
                Path(scratch, kept.name).write_text(_run(text), encoding="utf-8")
                Path(scratch, kept.name).replace(kept)
        fields = json.loads(kept.read_text(encoding="utf-8"))
        resources = [Resource(**each) for each in fields.pop("resources")]
        warnings = [Warned(**each) for each in fields.pop("warnings")]
        return Recording(resources=resources, warnings=warnings, **fields)


def _run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.components.recorder"],
        cwd=ROOT,
        # A region in the environment would be the stack's.
        env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        input=program,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
