"""The command line of `python -m local`, and how it ends when it cannot go on: in a sentence."""

import re
import runpy
import signal
import sys

import pytest

from local import commands

pytestmark = pytest.mark.emulated


class InterruptedImport:
    """Ctrl-C while the commands are imported."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "local.commands":
            raise KeyboardInterrupt


def test_ctrl_c_before_a_command_begins_ends_it_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "local.commands")
    monkeypatch.setattr(sys, "meta_path", [InterruptedImport(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("local", run_name="__main__")
    assert ended.value.code == 130


def test_help_teaches_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["--help"]) == 0
    printed = capsys.readouterr().out
    for command in ("up", "serve", "emulator"):
        assert re.search(rf"^│ {command}\s+\S", printed, re.MULTILINE)


@pytest.mark.parametrize("port", ["0", "65536"])
def test_what_is_no_port_is_said(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        commands.main(["up", "--port", port])
    assert ended.value.code == 2
    assert f'Invalid value "{port}" for --port' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            PermissionError(13, "Permission denied"),
            "the operating system refuses: [Errno 13] Permission denied; "
            "if you chose a port, choose another",
        ),
        (OSError("no more"), "the operating system refuses: no more; if you chose a port,"),
    ],
    ids=["of a socket", "without a number"],
)
def test_what_the_operating_system_refuses_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: OSError, said: str
) -> None:
    def refused(**_: object) -> None:
        raise error

    monkeypatch.setattr(signal, "signal", lambda *_: None)  # those of this process stay
    monkeypatch.setattr(commands, "local_backend", refused)
    assert commands.main(["up"]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith(f"\n{said}")
    assert "None" not in printed
