"""A stack: one program with its state, deployed into an embedded AWS."""

from __future__ import annotations

import queue
import time
import traceback
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi

from local.engine.configuration import encoded
from local.engine.events import DeploymentError, Event, ResourceEvent
from local.engine.monitor import Monitor, State
from local.engine.program import Program
from local.engine.redaction import Redaction
from local.engine.stack_files import project_name
from local.provider import AwsProvider, ProviderError

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Deployment:
    """The result of a deployment.

    Attributes:
        outputs: plain values, secrets included.
        changes: the created, updated and deleted resources in order; a replacement is two changes.
        seconds: its duration.
    """

    outputs: Mapping[str, Any]
    changes: list[ResourceEvent]
    seconds: float


@dataclass
class Stack:
    """A Pulumi program's stack in the embedded AWS that its configuration names (`aws:endpoints`).

    `program` is its `__main__.py`, next to its Pulumi.yaml. This object keeps the stack's state
    between deployments.
    """

    name: str = "local"
    program: Path = ROOT / "__main__.py"
    _state: State = field(default_factory=dict, repr=False)

    def up(
        self,
        config: Mapping[str, Any],
        *,
        secrets: Collection[str] = (),
        on_event: Callable[[Event], None],
    ) -> Deployment:
        """Run the program with `config`, and return when all its resources are deployed.

        `config` maps full keys ("bigcommerce:apps") to plain values. `secrets` are the keys of
        secret values. `on_event` is called in this thread for each event. Raises `DeploymentError`.
        The deployed resources stay, and the next deployment continues with them.
        """
        started = time.perf_counter()
        events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        changes: list[ResourceEvent] = []
        redaction = Redaction()
        redaction.add([config.get(key) for key in secrets])
        monitor = Monitor(AwsProvider(), self._state, redaction, events.put)
        with ThreadPoolExecutor(1) as thread:  # without an event loop
            deploying = thread.submit(self._deploy, monitor, config, secrets)
            deploying.add_done_callback(lambda _: events.put(None))
            try:
                while event := events.get():
                    if isinstance(event, ResourceEvent) and event.operation != "same":
                        changes.append(event)
                    on_event(event)
            except BaseException:
                monitor.failure = DeploymentError("interrupted")
                raise
        return Deployment(
            outputs=deploying.result(),
            changes=changes,
            seconds=time.perf_counter() - started,
        )

    def _deploy(
        self, monitor: Monitor, config: Mapping[str, Any], secrets: Collection[str]
    ) -> dict[str, Any]:
        program = Program(
            path=str(self.program),
            project=project_name(self.program.parent),
            stack=self.name,
            config=encoded(config),
            secret_keys=sorted(secrets),
        )
        try:
            monitor.configure(program.config)
            outputs, _ = program.run(monitor, monitor.log)
            monitor.delete_unregistered()
        except (Exception, SystemExit) as error:
            text = _explained(monitor.failure or error, program.path)
        else:
            return outputs
        # A traceback keeps the program in memory, and Pulumi's SDK keeps the monitor.
        monitor.failure = None
        raise DeploymentError(monitor.redaction.apply(text))


def _explained(error: BaseException, program: str) -> str:
    """Return an error as the CLI shows it: only an unexpected one has a traceback."""
    if isinstance(error, pulumi.RunError | ProviderError | DeploymentError):
        return str(error)
    if isinstance(error, SystemExit):
        said = isinstance(error.code, str)
        return str(error.code) if said else f"the program exited with code {error.code}"
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename != program:
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames or error.__traceback__))
