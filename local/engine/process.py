"""The deploying process: `python -m local.engine.process`, one deployment in a fresh interpreter.

A `Program` and the state's path come as one line on standard input, messages go as lines to
standard output. What the program prints does not mix with them: it becomes `LogEvent`s, and what
goes to file descriptor 1 by another way, like all of standard error, is only shown when the process
dies.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import os
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO, cast

import pulumi
from pulumi.runtime.proto import provider_pb2

from local.engine.messages import (
    DeploymentError,
    Failed,
    Finished,
    LogEvent,
    Message,
    Severity,
    encode,
)
from local.engine.monitor import Monitor
from local.engine.program import Program
from local.engine.redaction import Redaction
from local.engine.state import read_state, write_state
from local.provider import AwsProvider, ProviderError
from local.provider.values import struct


class Channel(logging.Handler):
    """Where messages go: one line each, whole, from whatever thread."""

    def __init__(self, stream: TextIO, redaction: Redaction) -> None:
        super().__init__(logging.INFO)
        self._stream = stream
        self._redaction = redaction
        self._sending = threading.Lock()

    def send(self, message: Message) -> None:
        """Write a message."""
        with self._sending:
            self._stream.write(f"{encode(message)}\n")
            self._stream.flush()

    def say(self, severity: Severity, text: str) -> None:
        """Send a `LogEvent`, without the secrets known by now."""
        self.send(LogEvent(severity, self._redaction.apply(text)))

    def emit(self, record: logging.LogRecord) -> None:
        """Send what the program logs."""
        self.say(cast(Severity, record.levelname.lower()), record.getMessage())


class Printed(io.TextIOBase):
    """Standard output for the program: each line it prints is an info message."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._rest = ""

    def write(self, text: str) -> int:
        """Send the lines that are whole by now."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._channel.say("info", line)
        return len(text)

    def close(self) -> None:
        """Send the last line, if it has no end."""
        if self._rest:
            self.write("\n")
        super().close()


def deploy(program: Program, state_path: Path, stream: TextIO) -> None:
    """Run the program and write what happens to `stream`, `Finished` or `Failed` last.

    The state is written back in either case.
    """
    redaction = Redaction()
    for key in program.secret_keys:
        redaction.add(_decoded(program.config.get(key, "")))
    channel = Channel(stream, redaction)
    state = read_state(state_path)
    provider = AwsProvider()
    monitor = Monitor(provider, state, redaction, channel.send)
    try:
        _configure(provider, program.config)
        with Printed(channel) as printed, contextlib.redirect_stdout(printed):
            message: Message = Finished(*asyncio.run(program.run(monitor, channel)))
        monitor.delete_unregistered()
    except (Exception, SystemExit) as error:
        message = Failed(redaction.apply(_explained(monitor.failure or error, program.path)))
    finally:
        write_state(state_path, state)
    channel.send(message)


def _configure(provider: AwsProvider, config: Mapping[str, str]) -> None:
    """Hand the stack's `aws:` settings over as the Pulumi engine does."""
    settings = {
        key.removeprefix("aws:"): text for key, text in config.items() if key.startswith("aws:")
    }
    provider.Configure(provider_pb2.ConfigureRequest(args=struct(settings)))


def _explained(error: BaseException, program: str) -> str:
    """Return an error as the CLI shows it: only what the program did not expect has a traceback."""
    if isinstance(error, pulumi.RunError | ProviderError | DeploymentError):
        return str(error)
    if isinstance(error, SystemExit):
        said = isinstance(error.code, str)
        return str(error.code) if said else f"the program exited with code {error.code}"
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename != program:
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames or error.__traceback__))


def _decoded(text: str) -> Any:
    """Return the object or list a configuration text stands for; other texts are themselves."""
    with contextlib.suppress(ValueError):
        value = json.loads(text)
        if isinstance(value, dict | list):
            return value
    return text


def main() -> None:
    """Take a request from standard input and deploy, keeping standard output for messages."""
    request = json.loads(sys.stdin.readline())
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as stream:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        deploy(Program(**request["program"]), Path(request["state"]), stream)


if __name__ == "__main__":
    main()
