"""A stack: one program with its state, deployed into an embedded AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, cast

from local.engine.configuration import encoded, project_name
from local.engine.messages import (
    DeploymentError,
    Event,
    Failed,
    Finished,
    LogEvent,
    Message,
    ResourceEvent,
    decode,
)
from local.engine.program import Program

ROOT = Path(__file__).resolve().parents[2]
ERROR_LINES = 20


@dataclass(frozen=True)
class Deployment:
    """What a deployment did.

    `outputs` are plain values, secrets included: `secret_outputs` names those not to be shown.
    The counts are of resources; a replacement counts as one deleted and one created.
    """

    outputs: Mapping[str, Any]
    secret_outputs: frozenset[str]
    created: int
    updated: int
    deleted: int
    same: int
    seconds: float


class Stack:
    """A Pulumi program's stack in the embedded AWS that its configuration names (`aws:endpoints`).

    `program` is its `__main__.py`, beside its Pulumi.yaml. `state` is the file that tells one
    deployment what the one before made; it belongs to the emulator's content and must go with it.
    """

    def __init__(
        self, *, name: str = "local", program: Path = ROOT / "__main__.py", state: Path
    ) -> None:
        self._name = name
        self._program = program.resolve()
        self._state = state.resolve()

    def up(
        self,
        config: Mapping[str, Any],
        *,
        secrets: Collection[str] = (),
        on_event: Callable[[Event], None],
    ) -> Deployment:
        """Run the program with `config` and return once all it registered is deployed.

        `config` maps full keys ("bigcommerce:apps") to plain values, `secrets` names the keys whose
        values are secret. `on_event` is called in this thread as things happen. Raises
        `DeploymentError`; what was deployed by then stays, and the next deployment goes on from
        there.
        """
        program = Program(
            path=str(self._program),
            project=project_name(self._program.parent),
            stack=self._name,
            config=encoded(config),
            secret_keys=sorted(secrets),
        )
        request = json.dumps({"program": asdict(program), "state": str(self._state)})
        started = time.perf_counter()
        counts: Counter[str] = Counter()

        def count_and_pass_on(event: Event) -> None:
            if isinstance(event, ResourceEvent):
                counts[event.operation] += 1
            on_event(event)

        finished = _deploy(request, count_and_pass_on)
        return Deployment(
            outputs=finished.outputs,
            secret_outputs=frozenset(finished.secret_outputs),
            created=counts["create"],
            updated=counts["update"],
            deleted=counts["delete"],
            same=counts["same"],
            seconds=time.perf_counter() - started,
        )


def _deploy(request: str, on_event: Callable[[Event], None]) -> Finished:
    """Run the deploying process to its end. Raises `DeploymentError`."""
    last: Message | None = None
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "local.engine.process"],
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            # A process that died before it read the request says why further down.
            with suppress(BrokenPipeError), cast(IO[str], process.stdin) as requests:
                requests.write(request)
            for line in cast(IO[str], process.stdout):
                last = decode(line)
                if isinstance(last, ResourceEvent | LogEvent):
                    on_event(last)
        except BaseException:
            process.kill()
            raise
        code = process.wait()
        match last:
            case Finished():
                return last
            case Failed(text):
                raise DeploymentError(text)
            case _:
                raise DeploymentError(_death(code, errors))


def _environment() -> dict[str, str]:
    """Return this process's environment without what would steer boto3 or the Pulumi SDK.

    Bytecode is always cached: each deployment is a new interpreter, and compiling the Pulumi SDK
    takes longer than most deployments.
    """
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "PULUMI_")) and name != "PYTHONDONTWRITEBYTECODE"
    }


def _death(code: int, errors: IO[str]) -> str:
    errors.seek(0)
    lines = errors.read().splitlines()[-ERROR_LINES:]
    return "\n".join([f"the deploying process ended with exit code {code}:", *lines])
