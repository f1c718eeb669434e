"""The deploying process: `python -m local.engine.process`, one deployment in a fresh interpreter.

Pulumi's runtime is global, so each deployment has an interpreter of its own. A `Request` comes as
one line on standard input, messages go as lines to standard output. What the program prints does
not mix with them: it becomes `LogEvent`s, and what goes to file descriptor 1 by another way, like
all of standard error, is only shown when the process dies.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import os
import runpy
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, TextIO, cast

import pulumi
from pulumi.runtime import set_mocks
from pulumi.runtime.config import set_all_config
from pulumi.runtime.settings import get_root_resource
from pulumi.runtime.stack import Stack, run_pulumi_func

from local.aws import REGION, Aws
from local.engine.deployer import Deployer
from local.engine.messages import (
    Failed,
    Finished,
    LogEvent,
    Message,
    Request,
    Severity,
    encode,
)
from local.engine.redaction import Redaction
from local.engine.state import State
from local.engine.values import plain


class Channel:
    """Where messages go: one line each, whole, from whatever thread."""

    def __init__(self, stream: TextIO, redaction: Redaction) -> None:
        self._stream = stream
        self._redaction = redaction
        self._lock = threading.Lock()

    def send(self, message: Message) -> None:
        """Write a message."""
        line = encode(message)
        with self._lock:
            self._stream.write(f"{line}\n")
            self._stream.flush()

    def log(self, severity: Severity, text: str) -> None:
        """Send a `LogEvent`, without the secrets known by now."""
        self.send(LogEvent(severity, self._redaction.apply(text)))


class Printed(io.TextIOBase):
    """Standard output for the program: each line it prints is an info message."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._rest = ""

    def write(self, text: str) -> int:
        """Send the lines that are whole by now."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._channel.log("info", line)
        return len(text)

    def close(self) -> None:
        """Send the last line, if it has no end."""
        if self._rest:
            self._channel.log("info", self._rest)
            self._rest = ""
        super().close()


class LogHandler(logging.Handler):
    """Sends on what the program logs with `pulumi.log`, debug messages left out."""

    def __init__(self, channel: Channel) -> None:
        super().__init__(logging.INFO)
        self._channel = channel

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record."""
        names: dict[int, Severity] = {logging.WARNING: "warning", logging.ERROR: "error"}
        self._channel.log(names.get(record.levelno, "info"), record.getMessage())


def deploy(request: Request, stream: TextIO) -> None:
    """Run the program and write what happens to `stream`, `Finished` or `Failed` last.

    The state is written back in either case.
    """
    redaction = Redaction()
    for key in request.secret_keys:
        redaction.add(_parts(request.config.get(key, "")))
    channel = Channel(stream, redaction)
    path = Path(request.state)
    state = State.read(path)
    aws = Aws(request.endpoint_url, request.config.get("aws:region", REGION))
    deployer = Deployer(aws, state, redaction, channel.send)
    try:
        with Printed(channel) as printed, contextlib.redirect_stdout(printed):
            message: Message = asyncio.run(_run(request, deployer, channel))
        deployer.delete_unregistered()
    except (Exception, SystemExit) as error:
        text = str(deployer.failure or _explained(error, request.program))
        message = Failed(redaction.apply(text))
    finally:
        state.write(path)
    channel.send(message)


async def _run(request: Request, deployer: Deployer, channel: Channel) -> Finished:
    """Run the program as Pulumi's Python executor does and wait for all it registered."""
    logger = logging.getLogger("local.engine.program")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers = [LogHandler(channel)]
    set_all_config(dict(request.config), request.secret_keys)
    set_mocks(deployer, project=request.project, stack=request.stack, preview=False, logger=logger)
    program = Path(request.program)
    os.chdir(program.parent)
    sys.path.insert(0, str(program.parent))
    sys.argv = [request.program]

    def run() -> None:
        runpy.run_path(request.program, run_name="__main__")

    await run_pulumi_func(run)
    return await _finished(cast(Stack, get_root_resource()).outputs)


async def _finished(exports: dict[str, Any]) -> Finished:
    outputs, secrets = {}, []
    for name, value in exports.items():
        output = pulumi.Output.from_input(value)
        outputs[name] = plain(await output.future())
        if await output.is_secret():
            secrets.append(name)
    return Finished(outputs, secrets)


def _explained(error: BaseException, program: str) -> str:
    """Return an error as the CLI shows it: only what the program did not expect has a traceback."""
    if isinstance(error, pulumi.RunError):
        return str(error)
    if isinstance(error, SystemExit):
        said = isinstance(error.code, str)
        return str(error.code) if said else f"the program exited with code {error.code}"
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename != program:
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames or error.__traceback__))


def _parts(text: str) -> Any:
    """Return the object or list a configuration text stands for; other texts are themselves."""
    with contextlib.suppress(ValueError):
        value = json.loads(text)
        if isinstance(value, dict | list):
            return value
    return text


def main() -> None:
    """Take a request from standard input and deploy, keeping standard output for messages."""
    request = Request(**json.loads(sys.stdin.readline()))
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as stream:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        deploy(request, stream)


if __name__ == "__main__":
    main()
