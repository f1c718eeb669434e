"""The command line of `python -m local` and its error messages."""

import re
import runpy
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from local import commands

pytestmark = pytest.mark.emulated


class InterruptedImport:
    """Ctrl-C while the commands are imported."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "local.commands":
            raise KeyboardInterrupt


def test_ctrl_c_before_a_command_starts_ends_it_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "local.commands")
    monkeypatch.setattr(sys, "meta_path", [InterruptedImport(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("local", run_name="__main__")
    assert ended.value.code == 130


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["--help"]) == 0
    printed = capsys.readouterr().out
    for command in ("up", "serve", "emulator"):
        assert re.search(rf"^│ {command}\s+\S", printed, re.MULTILINE)


@pytest.mark.parametrize("port", ["0", "65536"])
def test_an_invalid_port_is_named(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        commands.main(["up", "--port", port])
    assert ended.value.code == 2
    assert f'Invalid value "{port}" for --port' in capsys.readouterr().err


@pytest.fixture
def up(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run `up`, which fails; return what it printed to stderr."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # this process keeps its handlers

    def run(*options: str) -> str:
        assert commands.main(["up", *options]) == 1
        return capsys.readouterr().err

    return run


@pytest.mark.parametrize("option", ["--port", "--bigcommerce-port"])
def test_a_taken_port_is_named(up: Callable[..., str], option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = up(option, str(port))
    assert f"Port {port} is in use. Stop the process that listens there, or" in said


def test_a_folder_that_cannot_be_made_is_named(up: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert f"{tmp_path}/file: File exists" in up("--outputs", f"{tmp_path}/file/outputs.json")


def test_an_os_error_is_passed_on(up: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(commands, "local_backend", refused)
    said = up()
    assert "[Errno 13] Permission denied. If you chose a port, choose another." in said
    assert "None" not in said
