"""Each function as Lambda starts it: AWS's runtime interface client against a runtime API.

Sources: AWS Lambda developer guide, "Using the Lambda runtime API" and "Defined runtime environment
variables". The client asks an HTTP interface for events, which here is on a loopback port. What
Lambda does besides is not here: no microVM and no download of the bundle, and a whole core.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import answers, loopback
from bench.callbacks import WHAT, unpacked
from bench.measured import Table, measure
from components.callbacks import CALLBACKS
from components.rutter_connect import CONNECT
from components.rutter_webhook import WEBHOOK
from components.stack_function import RUNTIME
from components.store_events import STORE_EVENTS

# What a managed runtime brings: `make bench` installs it, and marks that it is whole.
LIBRARIES = Path(__file__).resolve().parent.parent / "build" / "runtime"
INSTALLED = LIBRARIES / ".requirements"
FUNCTIONS = {
    each.handler.split(".")[1]: each for each in (*CALLBACKS, WEBHOOK, CONNECT, STORE_EVENTS)
}
# The folder of the module `floor`, which has no bundle.
FLOOR = str(Path(__file__).parent)
WARM_EVENTS = 200
TABLE = Table(
    (
        *("Start, ms", "First event, ms", "Cold start, ms", "Times the floor", "Elapsed, ms"),
        *("Warm, ms", "Times the floor"),
    ),
    (
        *("{start:.0f}", "{first:.0f}", "{cold:.0f}", "{cold_x:.2f}", "{cold_elapsed:.0f}"),
        *("{warm:.2f}", "{warm_x:.2f}"),
    ),
)


def measured(console: Console) -> dict[str, Any] | None:
    """The date, and medians with their spread; None without what a managed runtime brings."""
    if not INSTALLED.exists():
        console.print(
            "Left out, and its last figures kept: the start as Lambda does it. AWS's runtime "
            "interface client is not in build/runtime: it has wheels for Linux alone, and on Linux "
            "the lines above say why it could not be installed",
            soft_wrap=True,
        )
        return None
    with unpacked() as folder:
        doing = "Starting each function with AWS's runtime interface client"
        results = measure(
            console, doing, WHAT, lambda what: _run(what, folder if what in FUNCTIONS else FLOOR)
        )
    TABLE.show(console, results)
    return {"date": datetime.now(UTC).date().isoformat(), "seconds": results}


class Invocations:
    """The runtime API of one execution environment, which answers the same event again and again.

    Attributes:
        process: the execution environment.
        results: what became of each event.
        polls: when it asked for each event: the clock, and the CPU seconds it had used.
    """

    process: subprocess.Popen[str]

    def __init__(self, event: Mapping[str, Any]) -> None:
        self.results: list[Any] = []
        self.polls: list[tuple[float, float]] = []
        self._event = json.dumps(event).encode()

    def answer(
        self, request: BaseHTTPRequestHandler, body: bytes
    ) -> tuple[dict[str, str], bytes] | None:
        """Give the next event, or take what became of the last one."""
        if request.command == "POST":
            self.results.append(json.loads(body))
            return {}, b""
        # The CPU clock of another process, by clock_getcpuclockid(3), which Python does not have.
        cpu_clock = ~self.process.pid << 3 | 2
        self.polls.append((time.perf_counter(), time.clock_gettime(cpu_clock)))
        if len(self.results) > WARM_EVENTS:
            return None
        return {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": str(len(self.polls)),
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1_000) + 15_000),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:123456789012:function",
            "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000;Sampled=0",
        }, self._event


def _run(what: str, bundle: str) -> dict[str, float]:
    """Start one execution environment, and give it events until it is warm."""
    invocations = Invocations(answers.event(what))
    with (
        tempfile.TemporaryDirectory() as folder,
        loopback.services(what, Path(folder)) as (where, _),
        loopback.serve(invocations.answer) as api,
    ):
        environment = variables(what, bundle) | where | {"AWS_LAMBDA_RUNTIME_API": api}
        started = time.perf_counter()
        invocations.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-S", "-B", "-m", "awslambdaric", environment["_HANDLER"]],
            cwd=bundle,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        _, said = invocations.process.communicate(timeout=60)
    done = [result for result in invocations.results if answers.succeeded(result)]
    if len(done) != 1 + WARM_EVENTS:
        raise SystemExit(f"{what} failed: {invocations.results[-1:]} {said}")
    (asked, start), (answered, cold), *_, (_, last) = invocations.polls
    return {
        "start": start,
        "first": cold - start,
        "cold": cold,
        "warm": (last - cold) / WARM_EVENTS,
        "start_elapsed": asked - started,
        "cold_elapsed": answered - started,
    }


def variables(what: str, bundle: str) -> dict[str, str]:
    """The environment variables that Lambda sets, and those of all functions."""
    return answers.ENVIRONMENT | {
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{RUNTIME}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_NAME": what,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_REGION": "us-east-1",
        "AWS_SESSION_TOKEN": "bench",
        "LAMBDA_TASK_ROOT": bundle,
        "LANG": "en_US.UTF-8",
        "PYTHONPATH": f"{bundle}:{LIBRARIES}",
        "TZ": ":UTC",
        "_HANDLER": FUNCTIONS[what].handler if what in FUNCTIONS else "floor.handler",
    }
