"""The embedded AWS as a process: its socket, its environment, and its end."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from local import emulator as module
from local.emulator import Emulator, EmulatorError
from tests.local.waiting import until

pytestmark = pytest.mark.emulated

ROOT = Path(__file__).resolve().parents[2]


def group_is_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def invoke_a_function(emulator: Emulator) -> int:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("handler.py", "import os\ndef handler(event, context): return os.getpid()")
    role = emulator.aws.iam.create_role(RoleName="worker", AssumeRolePolicyDocument="{}")["Role"]
    functions = emulator.aws.lambda_
    functions.create_function(
        FunctionName="worker",
        Runtime="python3.13",
        Handler="handler.handler",
        Role=role["Arn"],
        Code={"ZipFile": archive.getvalue()},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="worker")
    answer = functions.invoke(FunctionName="worker")["Payload"].read()
    return int(json.loads(answer))


def test_nothing_leaks_in_or_keeps_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_PROFILE": "a-profile-that-does-not-exist",
        "AWS_CONFIG_FILE": str(tmp_path / "missing"),
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "http_proxy": "http://127.0.0.1:1",
        "PYTHONPATH": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    with Emulator(log=tmp_path / "log" / "emulator.log") as running:
        worker = invoke_a_function(running)
        group = running._process_group
        assert os.getpgid(worker) == group
        if sys.platform == "linux":  # these are read from /proc
            assert listening(group) == {("0100007F", running.port)}
            inherited = Path(f"/proc/{worker}/environ").read_text().split("\0")
            assert f"AWS_ENDPOINT_URL={running.endpoint_url}" in inherited
            names = {each.partition("=")[0] for each in inherited}
            assert not {"AWS_PROFILE", "HTTP_PROXY", "PYTHONPATH"} & names
    assert until(lambda: group_is_gone(group))
    assert list(home.iterdir()) == []
    assert [path.name for path in (tmp_path / "log").iterdir()] == ["emulator.log"]


def listening(group: int) -> set[tuple[str, int]]:
    """Return address (as the kernel writes it) and port of each listening socket of a group."""
    sockets: set[str] = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(process.name)) == group:
                sockets |= {str(opened.readlink()) for opened in (process / "fd").iterdir()}
        except (OSError, ProcessLookupError):
            continue
    found = set()
    for table in ("tcp", "tcp6"):
        for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = row.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                address, port = fields[1].split(":")
                found.add((address, int(port, 16)))
    return found


def test_nothing_keeps_running_after_the_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom local.emulator import Emulator\n"
        "with Emulator(log=Path(sys.argv[1])) as running:\n"
        "    print(running._process_group, flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "emulator.log")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        group = int(parent.stdout.readline())
        assert not group_is_gone(group)
        parent.kill()
    assert until(lambda: group_is_gone(group))


def test_a_failing_start_shows_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = module._environment
    monkeypatch.setattr(
        module, "_environment", lambda *given: before(*given) | {"GATEWAY_PORT": "many"}
    )
    with (
        pytest.raises(EmulatorError, match=r"(?s)stopped with exit code 1.*many") as failure,
        Emulator(log=tmp_path / "emulator.log"),
    ):
        pytest.fail("it started")
    assert str(tmp_path / "emulator.log") in str(failure.value)
