"""Runs the command line in this process: a new one would import every library again."""

import io
import shlex
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from ops.__main__ import main


class Done(NamedTuple):
    status: int
    out: str
    err: str


def run(
    *arguments: str, piped: str | bytes = "", typed: str | None = None, **environment: str
) -> Done:
    """Run a command, with this piped to it or typed into its terminal."""
    given = piped if typed is None else typed
    content = given.encode() if isinstance(given, str) else given
    stdin, out, err = (io.TextIOWrapper(io.BytesIO(each)) for each in (content, b"", b""))
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(stdin, "isatty", lambda: typed is not None)
        patch.setattr(sys, "stdin", stdin)
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = int(ended.code or 0)
    out.flush()
    err.flush()
    return Done(status, *(each.buffer.getvalue().decode() for each in (out, err)))


def write_pulumi(folder: Path, commands: Sequence[str], answer: str) -> None:
    """Write a `pulumi` that prints the answer to these commands, and knows no other stack."""
    (folder / "answer.json").write_text(answer, encoding="utf-8")
    known = " | ".join(map(shlex.quote, commands))
    cli = folder / "pulumi"
    cli.write_text(
        f"#!/bin/sh\ncase $* in {known}) exec /bin/cat '{folder}/answer.json' ;; esac\n"
        "echo \"error: no stack named 'prod' found\" >&2\nexit 255\n"
    )
    cli.chmod(0o755)
