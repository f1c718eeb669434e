"""Scratch folders: gone after the block, and swept when a run was killed."""

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


def test_a_folder_is_gone_after_the_block(build: Path) -> None:
    with scratch_folder() as folder:
        (folder / "state.json").write_text("{}")
        assert folder.parent == build
    assert list(build.iterdir()) == []


def test_what_a_killed_run_left_is_swept_and_what_runs_is_not(build: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for name in (f"run-{ended.pid}-a", f"run-{os.getpid()}-b", "run-1-c", "other", "run-x"):
        (build / name).mkdir(parents=True)
    with scratch_folder() as folder:
        left = {each.name for each in build.iterdir()}
    assert left == {f"run-{os.getpid()}-b", "run-1-c", "other", "run-x", folder.name}
