"""Runs a Pulumi program in this process."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import runpy
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pulumi
from pulumi.runtime import reset_options, set_mocks
from pulumi.runtime.config import set_all_config
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_root_resource
from pulumi.runtime.stack import Stack, run_pulumi_func

from local.provider.values import plain

Log = Callable[[str, str], None]
"""Called with a severity (`info`, `warning`, `error`) and a text."""


@dataclass(frozen=True)
class Program:
    """A program, and what it is run with.

    Attributes:
        path: its `__main__.py`; it runs in its folder.
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

    def run(self, monitor: MockMonitor, log: Log) -> tuple[dict[str, Any], set[str]]:
        """Run it to its end, with all it registered; in a thread without an event loop.

        `monitor` answers its registrations, `log` is called for each line of `pulumi.log`. Returns
        plain outputs, None for one that a preview does not know, and the names of the secret ones.
        Raises what the program and the monitor raise.
        """
        # Pulumi keeps its runtime in context variables: each run has a context of its own.
        return contextvars.Context().run(asyncio.run, self._run(monitor, log))

    def _run_main(self) -> None:
        runpy.run_path(self.path, run_name="__main__")

    async def _run(self, monitor: MockMonitor, log: Log) -> tuple[dict[str, Any], set[str]]:
        # The first error is raised; those that follow from it are not worth a line.
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        logger = logging.Logger(self.stack, logging.INFO)
        logger.addHandler(_Handler(log))
        reset_options()
        set_all_config(dict(self.config), self.secret_keys)
        set_mocks(
            monitor.mocks,
            project=self.project,
            stack=self.stack,
            preview=self.preview,
            monitor=monitor,
            logger=logger,
        )
        folder = str(Path(self.path).parent)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        with contextlib.chdir(folder):
            await run_pulumi_func(self._run_main)
        values, secrets = {}, set()
        for name, value in cast(Stack, get_root_resource()).outputs.items():
            output = pulumi.Output.from_input(value)
            values[name] = plain(await output.future())
            if await output.is_secret():
                secrets.add(name)
        return values, secrets


class _Handler(logging.Handler):
    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log(record.levelname.lower(), record.getMessage())
