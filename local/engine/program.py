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
from pulumi.runtime.settings import SETTINGS, get_root_resource
from pulumi.runtime.stack import Stack, run_pulumi_func

from local.provider.values import plain

Log = Callable[[str, str], None]
"""Called with a severity (`info`, `warning`, `error`) and a text."""


@dataclass(frozen=True)
class Program:
    """A program and its input.

    Attributes:
        path: its `__main__.py`; it runs in its folder.
        project: the project's name, from Pulumi.yaml.
        stack: the stack's name.
        config: full key to text, as the CLI passes configuration.
        secret_keys: the keys of the secret values.
        preview: whether the run deploys nothing.
    """

    path: str
    project: str
    stack: str
    config: Mapping[str, str]
    secret_keys: list[str] = field(default_factory=list)
    preview: bool = False

    def run(self, monitor: MockMonitor, log: Log) -> tuple[dict[str, Any], set[str]]:
        """Run the program to its end. Call it in a thread without an event loop.

        `monitor` answers registrations. `log` is called for each line of `pulumi.log`. Returns the
        plain outputs and the names of the secret ones. An output that a preview does not know is
        None. Raises the errors of the program and the monitor.
        """
        # Pulumi keeps its runtime in context variables, so each run needs a separate context.
        return contextvars.Context().run(asyncio.run, self._run(monitor, log))

    async def _run_main(self) -> None:
        runpy.run_path(self.path, run_name="__main__")
        # Pulumi waits for all pending outputs again after each one that completes: quadratic time.
        while pending := [task for task in SETTINGS.outputs if not task.done()]:
            done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
            if any(task.cancelled() or task.exception() for task in done):
                break

    async def _run(self, monitor: MockMonitor, log: Log) -> tuple[dict[str, Any], set[str]]:
        # The first error is raised. The errors that it causes need no line.
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
