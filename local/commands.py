"""The commands that need neither the Pulumi CLI nor an AWS account: up, serve, emulator."""

import io
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated
from urllib.parse import urlsplit

from cyclopts import App, Parameter
from cyclopts.validators import Number

from local.backend import LocalBackend, local_backend
from local.bigcommerce import PortError
from local.console import Report
from local.emulator import EmulatorError
from local.engine import DeploymentError
from local.engine.stack_files import StackFileError
from local.outputs_file import OUTPUTS_FILE, shell_command, write_outputs
from local.scratch import scratch_folder
from local.walk import Walk

# The ports that Pulumi.local.yaml names.
EMULATOR_PORT = 4566
BIGCOMMERCE_PORT = 4567

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

app = App(
    name="python -m local",
    help=(
        "Run the Pulumi program of this folder without the Pulumi CLI and without an AWS account. "
        "An embedded AWS, a simulated BigCommerce and a simulated Rutter run on this machine."
    ),
    help_epilogue="The default of a port is a free one. The Makefile has each command too.",
    version_flags=[],
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)
_Port = Annotated[int | None, Parameter(validator=Number(gte=1, lte=65_535))]
Port = Annotated[_Port, Parameter(help="Port of the embedded AWS.")]
BigCommercePort = Annotated[_Port, Parameter(help="Port of the simulated BigCommerce.")]
Outputs = Annotated[Path, Parameter(help="File for the stack's outputs.")]


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may not show every character
    _end_with_what_was_started()
    try:
        return int(app(arguments) or 0)
    except (DeploymentError, EmulatorError, PortError, StackFileError) as error:
        print(f"\n{error}", file=sys.stderr)  # noqa: T201
        return 1
    except OSError as error:
        print(f"\n{_explained(error)}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        Report().say("\nStopped.")
        return 130


def _explained(error: OSError) -> str:
    if error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return f"Could not start: {error}. If you chose a port, choose another."


def _end_with_what_was_started() -> None:
    """Stop everything that a command started when a signal ends it.

    A script's background job inherits SIGINT as ignored. It ends `serve` nevertheless. An ignored
    SIGHUP means `nohup`, and stays ignored.
    """
    for number in _ENDING:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    for each in _ENDING:  # make and the terminal may both send it
        signal.signal(each, signal.SIG_IGN)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(128 + number)


@app.command
def up(
    *,
    port: Port = None,
    bigcommerce_port: BigCommercePort = None,
    outputs: Outputs = OUTPUTS_FILE,
) -> int:
    """Deploy, print the outputs, run a full install lifecycle, and stop."""
    report = Report()
    with _started(report, port, bigcommerce_port) as backend:
        held = _deploy_and_walk(report, backend, outputs)
    report.say("\nEvery step succeeded." if held else "\nA step failed. See above.")
    return 0 if held else 1


@app.command
def serve(*, port: Port = None, bigcommerce_port: BigCommercePort = None) -> int:
    """Do what `up` does, then keep serving until Ctrl-C."""
    report = Report()
    with scratch_folder() as folder, _started(report, port, bigcommerce_port) as backend:
        outputs = folder / "outputs.json"
        if not _deploy_and_walk(report, backend, outputs):
            return 1
        backend.bigcommerce.add_store("Second Store")
        endpoint_url = backend.emulator.endpoint_url
        served = partial(shell_command, outputs, endpoint_url=endpoint_url)
        report.say(f"\nControl panel  {backend.bigcommerce_url}")
        report.say(f"AWS endpoint   {endpoint_url}")
        report.say("\nIn another terminal, show the registration sheet and check the callbacks:\n")
        report.say(f"  {served('sheet')}")
        if backend.domain:
            report.say(f"  (ops check cannot call {backend.domain}, which is not served here)")
        else:
            report.say(f"  {served('check')}")
        report.say("\nList the stores that installed the app:\n")
        report.say(f"  {served('stores', 'list')}")
        report.say("\nPress Ctrl-C to stop.")
        return _until_interrupted(report, signal.pause)


@app.command
def emulator(
    *, port: Port = EMULATOR_PORT, bigcommerce_port: BigCommercePort = BIGCOMMERCE_PORT
) -> int:
    """Serve the embedded AWS and BigCommerce, so that the Pulumi CLI can deploy the stack local."""
    report = Report()
    with _started(report, port, bigcommerce_port) as backend:
        backend.register_apps()
        backend.bigcommerce.add_store("Sample Store")
        backend.bigcommerce.add_store("Second Store")
        first = backend.apps[0]
        report.say(f"AWS endpoint   {backend.emulator.endpoint_url}")
        report.say(f"Control panel  {backend.bigcommerce_url}")
        _say_what_to_change(report, backend)
        report.say("\nDeploy to it from another terminal:\n")
        report.say("  pulumi stack select --create local")
        report.say("  pulumi up --stack local")
        report.say(f"\nThen configure the credentials of {first.name}:\n")
        report.say(f"  pulumi config set --stack local --path 'apps[0].clientId' {first.client_id}")
        path = f"clientSecrets.{first.organization_id}"
        report.say(
            f"  pulumi config set --stack local --secret --path '{path}' {first.client_secret}"
        )
        report.say("  pulumi up --stack local")
        report.say("\nEach start is empty and has other credentials. To start again, run\n")
        report.say("  pulumi stack rm --force --preserve-config local")
        report.say("\nwhich keeps Pulumi.local.yaml, then run the commands above.")
        report.say("\nPress Ctrl-C to stop.")
        return _until_interrupted(report, partial(_await_deployment, report, backend))


def _say_what_to_change(report: Report, backend: LocalBackend) -> None:
    """Print the URLs of Pulumi.local.yaml that differ from the served ones, if any."""
    served = (
        (EMULATOR_PORT, backend.emulator.port),
        (BIGCOMMERCE_PORT, urlsplit(backend.bigcommerce_url).port),
    )
    changes = [(named, port) for named, port in served if named != port]
    if changes:
        report.say("\nPulumi.local.yaml has other ports. Replace in it, everywhere:\n")
    for named, port in changes:
        report.say(f"  http://localhost:{named}  with  http://localhost:{port}")


def _await_deployment(report: Report, backend: LocalBackend) -> None:
    while not backend.find_deployed():
        time.sleep(1)
    report.say("\nFound the deployment: the control panel can install and open the app.")
    signal.pause()


def _started(
    report: Report, port: int | None, bigcommerce_port: int | None
) -> AbstractContextManager[LocalBackend]:
    return local_backend(
        emulator_port=port, bigcommerce_port=bigcommerce_port or 0, on_event=report.event
    )


def _deploy_and_walk(report: Report, backend: LocalBackend, file: Path) -> bool:
    file.parent.mkdir(parents=True, exist_ok=True)  # fails before anything is deployed
    backend.connect_stores_to_rutter()
    if domain := backend.domain:
        report.say(f"{domain} is not served here. The steps call the API's default URL instead.")
    with report.working("Deploying the stack local"):
        deployment = backend.deploy()
    report.deployed(deployment)
    write_outputs(file, backend.outputs)
    report.outputs(backend.outputs, file)
    held = report.walk(Walk(backend).steps)
    write_outputs(file, backend.outputs)  # a step registered the app
    return held


def _until_interrupted(report: Report, wait: Callable[[], None]) -> int:
    with suppress(KeyboardInterrupt):
        wait()
    report.say("\nStopping.")
    return 0
