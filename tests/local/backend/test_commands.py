"""The commands as a person runs them: output, exit status, and what remains."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from local.backend import ROOT, STACK
from local.engine import Stack, stack_config
from local.loopback_http import UnreachableError, get
from local.loopback_server import free_port
from local.provider import SERVICES
from local.scratch import BUILD

pytestmark = pytest.mark.emulated

COMMAND = [sys.executable, "-m", "local"]
STEPS = [
    ("load before registration", "503"),
    ("credentials given, stack updated", "in place"),
    ("install by the owner", "200"),
    ("Rutter has the store's data", "active"),
    ("Rutter's webhooks are accepted", "200"),
    ("load by the owner", "200"),
    ("load by a second user", "200"),
    ("remove the second user", "200"),
    ("install again", "200"),
    ("Rutter has the new token", "in place"),
    ("uninstall", "200"),
    ("load after the uninstall", "404"),
    ("load with a forged payload", "401"),
    ("Rutter flags the connection", "needs_reauth"),
]


@contextmanager
def running(*arguments: str, background: bool = False) -> Iterator[subprocess.Popen[str]]:
    """Run a command until the block ends, optionally as a script's background job."""
    ignored = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"] if background else []
    process = subprocess.Popen(
        [*ignored, *COMMAND, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if text in line:
            return printed
    raise AssertionError(f"It ended without {text!r}:\n{printed}")


def url_after(label: str, printed: str) -> str:
    found = re.search(rf"^{label} +(http://\S+)$", printed, re.MULTILINE)
    assert found, printed
    return found.group(1)


def test_serve_runs_every_step_and_serves_until_it_is_interrupted() -> None:
    with running("serve", background=True) as process:
        printed = read_until(process, "Press Ctrl-C to stop.")
        steps = re.findall(r"^  ✓ (.+?)  +(\S+|in place) +\d+ ms$", printed, re.MULTILINE)
        assert steps == STEPS
        panel, endpoint = url_after("Control panel", printed), url_after("AWS endpoint", printed)
        page = get(panel, 5)
        assert page.status == 200
        assert "Example Commerce" in page.text
        assert get(f"{endpoint}/_ministack/health", 5).status == 200

        file = re.findall(r" --file (build/local/\S+)$", printed, re.MULTILINE)[-1]
        # Another command that runs at the same time has its own file.
        assert file.startswith(f"build/local/run-{process.pid}-")
        outputs = json.loads((ROOT / file).read_text(encoding="utf-8"))
        expect_outputs(printed, outputs)
        shown = run_as_printed("ops sheet", printed)
        assert (shown.returncode, shown.stderr) == (0, "")
        by_stack = re.sub(r"--file \S+(?: --config \S+)?", "--stack local", shown.stdout)
        assert by_stack.startswith(
            outputs["readme"].replace("bigcommerce-backend", "python -m ops")
        )
        listed = run_as_printed("ops stores list", printed)
        assert listed.returncode == 0
        assert listed.stdout.startswith("No store has an app of the stack installed.")
        checked = run_as_printed("ops check", printed)
        assert (checked.returncode, checked.stderr) == (0, "")
        assert checked.stdout.endswith("\n  ready\n")

        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20)[0] == "\nStopping.\n"
        assert process.returncode == 0
        assert not (ROOT / file).exists()
        for url in (panel, endpoint):
            with pytest.raises(UnreachableError):
                get(url, 2)


def expect_outputs(printed: str, outputs: dict[str, Any]) -> None:
    """Expect each output once, those of the registered app, and no notice about a domain."""
    assert "API's default URL" not in printed
    listed = printed.partition("\nStack outputs\n")[2].partition("\nRegistration sheet")[0]
    for name in outputs.keys() - {"readme"}:
        assert len(re.findall(rf"[ ,]{name}\b", listed)) == 1, name
    base_url = url_after("  baseUrl", printed)
    assert outputs["loadCallbackUrl"] == url_after("  loadCallbackUrl", printed)
    assert outputs["loadCallbackUrl"] == f"{base_url}/7c9e6679-7425-40de-944b-e07fc1f90ae7/load"
    (tab,) = outputs["technicalTab"].values()
    assert tab["status"] == "ready"
    (app,) = outputs["registration"]["apps"]
    assert app["registeredBaseUrl"] == outputs["baseUrl"] == base_url


def test_emulator_accepts_a_deployment_of_the_pulumi_cli() -> None:
    ports = ("--port", str(free_port()), "--bigcommerce-port", str(free_port()))
    with running("emulator", *ports) as process:
        printed = read_until(process, "Press Ctrl-C to stop.")
        assert "pulumi config set --stack local --path 'apps[0].clientId'" in printed
        assert "git checkout" not in printed
        replaced = re.findall(r"^  (http://\S+)  with  (http://\S+)$", printed, re.MULTILINE)
        panel = url_after("Control panel", printed)
        assert replaced == [
            ("http://localhost:4566", f"http://localhost:{ports[1]}"),
            ("http://localhost:4567", panel),
        ]
        assert "Sample Store" in get(panel, 5).text
        assert "pulumi up --stack local" in get(panel, 5).text
        # The engine replaces the CLI, which is not on every machine.
        endpoints = [dict.fromkeys(SERVICES, url_after("AWS endpoint", printed))]
        config = stack_config(ROOT, STACK, {"aws:endpoints": endpoints})
        Stack(STACK).up(config, on_event=lambda _: None)
        read_until(process, "Found the deployment")
        assert '/install">Install</a>' in get(panel, 5).text
        children = ["ps", "-o", "pid=", "--ppid", str(process.pid)]
        group = int(subprocess.check_output(children, text=True))  # of the embedded AWS
        for _ in range(2):  # make and the terminal both send it
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 143
        with pytest.raises(ProcessLookupError):
            os.killpg(group, 0)
        assert not list(BUILD.glob(f"run-{process.pid}-*"))


def run_as_printed(command: str, printed: str) -> subprocess.CompletedProcess[str]:
    """Run the printed command in a shell that has AWS settings of a real account."""
    found = re.search(rf"^  (.+ -m {command} .+)$", printed, re.MULTILINE)
    assert found, printed
    others = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}
    return subprocess.run(  # noqa: S602 (a line that the project printed)
        found.group(1),
        shell=True,
        cwd=ROOT,
        env=os.environ | others,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
