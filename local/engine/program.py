"""Runs a Pulumi program in this process, which it can do once: Pulumi's runtime is global."""

from __future__ import annotations

import logging
import os
import runpy
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pulumi
from pulumi.runtime import Mocks, set_mocks
from pulumi.runtime.config import set_all_config
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_root_resource
from pulumi.runtime.stack import Stack, run_pulumi_func

from local.provider.values import plain


@dataclass(frozen=True)
class Program:
    """A program with what it is run with.

    Attributes:
        path: its `__main__.py`; its folder becomes the working directory.
        project: the project's name, from Pulumi.yaml.
        stack: the stack's name.
        config: full key to text, as the CLI hands configuration over.
        secret_keys: the keys of it whose values are secret.
        preview: whether nothing is to be deployed.
    """

    path: str
    project: str
    stack: str
    config: Mapping[str, str]
    secret_keys: list[str] = field(default_factory=list)
    preview: bool = False

    async def run(
        self, monitor: MockMonitor, log: logging.Handler
    ) -> tuple[dict[str, Any], list[str]]:
        """Run it to its end, with all it registered.

        `monitor` answers its registrations, `log` gets what it logs with `pulumi.log`. Returns
        plain outputs, None for one that a preview does not know, and the names of the secret ones.
        Raises what the program and the monitor raise.
        """
        logger = logging.getLogger(f"{__name__}.{self.stack}")
        logger.setLevel(logging.INFO)
        logger.propagate = False
        logger.handlers = [log]
        set_all_config(dict(self.config), self.secret_keys)
        set_mocks(
            monitor.mocks,
            project=self.project,
            stack=self.stack,
            preview=self.preview,
            monitor=monitor,
            logger=logger,
        )
        os.chdir(Path(self.path).parent)
        sys.path.insert(0, str(Path(self.path).parent))
        sys.argv = [self.path]
        await run_pulumi_func(lambda: cast(None, runpy.run_path(self.path, run_name="__main__")))
        return await _outputs()


async def _outputs() -> tuple[dict[str, Any], list[str]]:
    values, secrets = {}, []
    for name, value in cast(Stack, get_root_resource()).outputs.items():
        output = pulumi.Output.from_input(value)
        values[name] = plain(await output.future())
        if await output.is_secret():
            secrets.append(name)
    return values, secrets
