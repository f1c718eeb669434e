"""Temporary folders are removed after the block, or by the next run after a kill."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local import scratch
from local.scratch import scratch_folder


@pytest.fixture(autouse=True)
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(scratch, "BUILD", tmp_path / "build")
    return tmp_path / "build"


def test_the_folder_and_those_of_killed_runs_are_removed(build: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for name in (f"run-{ended.pid}-a", f"run-{os.getpid()}-b", "run-1-c", "other", "run-x"):
        (build / name).mkdir(parents=True)
    with scratch_folder() as folder:
        (folder / "state.json").touch()
        left = {each.name for each in build.iterdir()}
    assert left == {f"run-{os.getpid()}-b", "run-1-c", "other", "run-x", folder.name}
    assert not folder.exists()
