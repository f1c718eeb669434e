"""The embedded AWS: ministack as a child process, on loopback, with IAM enforced."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from http import HTTPStatus
from pathlib import Path
from typing import Self

from local.aws import REGION, Aws
from local.loopback_http import LOOPBACK, UnreachableError, get
from local.loopback_server import free_port, is_taken
from local.scratch import BUILD, scratch_folder

START_SECONDS = 30
LOG_LINES = 15

# The only variables that the emulator and its Lambda workers inherit. As on AWS, they see none of
# the developer's AWS_* variables, profiles and proxies.
_INHERITED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ")


class EmulatorError(Exception):
    """The embedded AWS did not start. The message has the reason and the last log lines."""


class Emulator:
    """An empty AWS account on one loopback port, until the `with` block ends.

    Then its data and its processes are gone, even if the Python process of the block is killed.
    `GATEWAY_PORT` on 127.0.0.1 is the only listening socket: ministack's MQTT listener is off.

    `port` is the port, by default a free one. `log` is the file for its output. Entering raises
    `EmulatorError`.
    """

    def __init__(self, *, port: int | None = None, log: Path = BUILD / "emulator.log") -> None:
        self.port = port or free_port()
        self.log = log
        self.aws = Aws(lambda _service: self.endpoint_url)
        self._process_group = 0
        self._stack = contextlib.ExitStack()

    @property
    def endpoint_url(self) -> str:
        """The AWS endpoint. An address needs no resolver and no try over IPv6."""
        return f"http://{LOOPBACK}:{self.port}"

    def __enter__(self) -> Self:
        if is_taken(self.port):
            raise EmulatorError(
                f"Port {self.port} is in use. Stop the process that listens there, or set --port."
            )
        with contextlib.ExitStack() as stack:
            process = self._start(stack)
            stack.callback(_stop, process)
            self._process_group = process.pid
            self._wait_until_healthy(process)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _start(self, stack: contextlib.ExitStack) -> subprocess.Popen[bytes]:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        directory = str(stack.enter_context(scratch_folder()))
        output = stack.enter_context(self.log.open("wb"))
        return subprocess.Popen(
            # -P: the modules next to the script must not shadow ministack's own imports.
            [sys.executable, "-P", Path(__file__).with_name("emulator_process.py")],
            cwd=directory,
            env=_environment(self.port, directory),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _wait_until_healthy(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._is_healthy():
            if process.poll() is not None:
                raise self._failure(f"stopped with exit code {process.returncode}")
            if time.monotonic() > deadline:
                raise self._failure(f"did not answer within {START_SECONDS} s")
            time.sleep(0.02)

    def _is_healthy(self) -> bool:
        try:
            return get(f"{self.endpoint_url}/_ministack/health", timeout=2).status == HTTPStatus.OK
        except UnreachableError:
            return False

    def _failure(self, what: str) -> EmulatorError:
        lines = self.log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        return EmulatorError(
            "\n".join([f"The embedded AWS {what}. The end of {self.log}:", *lines])
        )


def _environment(port: int, directory: str) -> dict[str, str]:
    """Return the emulator's environment, which its Lambda workers inherit."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": LOOPBACK,
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_REGION": REGION,
        "HOME": directory,
        "TMPDIR": directory,
        "STATE_DIR": directory,
        "PYTHONUNBUFFERED": "1",
    }


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the process and the Lambda workers it started, which share its process group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # it has nothing to save
    process.wait()
    if process.stdin:
        process.stdin.close()
