"""Recordings of the program for a stack's configuration, each made once a test session."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from local.engine.configuration import encoded, stack_config
from local.engine.program import Program
from local.engine.stack_files import project_name
from tests.components.recorder import ACCOUNT, REGION, Recording, recorded

ROOT = Path(__file__).parents[2]
# Whatever a project that was made from this one is called.
PROJECT = "bigcommerce"
SECRETS = ("clientSecrets", "handoffKeys", "rutterClientSecrets")
STACK = "test"
ALLOWED: dict[str, Any] = {"aws:allowedAccountIds": [ACCOUNT], "aws:region": REGION}


def configuration(config: Mapping[str, Any], stack: str = STACK) -> dict[str, str]:
    """A stack's configuration laid over Pulumi.yaml's defaults, as the program receives it.

    Its account is the one it may be deployed to, and its region is known.
    """
    with TemporaryDirectory() as folder:
        declared = (ROOT / "Pulumi.yaml").read_text(encoding="utf-8")
        named = declared.replace(f"name: {project_name(ROOT)}", f"name: {PROJECT}", 1)
        Path(folder, "Pulumi.yaml").write_text(named, encoding="utf-8")
        # Every JSON document is a YAML document.
        stack_file = Path(folder, f"Pulumi.{stack}.yaml")
        stack_file.write_text(json.dumps({"config": {**ALLOWED, **config}}), encoding="utf-8")
        return encoded(stack_config(Path(folder), stack, {}))


class Recorder:
    """Records the program, and keeps each recording."""

    def __init__(self) -> None:
        self._kept: dict[str, Recording] = {}

    def __call__(
        self, config: Mapping[str, Any], *, stack: str = STACK, preview: bool = False
    ) -> Recording:
        program = Program(
            path=str(ROOT / "__main__.py"),
            project=PROJECT,
            stack=stack,
            config=configuration(config, stack),
            secret_keys=[f"{PROJECT}:{key}" for key in SECRETS if key in config],
            preview=preview,
        )
        return self.of(program)

    def of(self, program: Program) -> Recording:
        key = json.dumps(asdict(program))
        if key not in self._kept:
            self._kept[key] = recorded(program)
        return self._kept[key]
