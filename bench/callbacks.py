"""What a cold start and a warm call of each function cost, against botocore alone."""

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.answers import FUNCTIONS
from bench.measured import Table, measure
from components import lambda_bundle

PROCESS = Path(__file__).with_name("one_process.py")
WHAT = ("floor", *FUNCTIONS)
TABLE = Table(
    ("Cold start, ms", "Times the floor", "Warm, ms", "Times the floor"),
    ("{cold:.0f}", "{cold_x:.2f}", "{warm:.2f}", "{warm_x:.2f}"),
)


def measured(console: Console) -> dict[str, Any]:
    """Medians with their spread, and the bundle's size."""
    with unpacked() as folder:
        results = measure(
            console,
            "Starting each function in fresh interpreters",
            WHAT,
            lambda what: _run(what, folder),
        )
    bundle = lambda_bundle.build()
    size = {
        "megabytes": bundle.stat().st_size / 1e6,
        "files": len(zipfile.ZipFile(bundle).namelist()),
    }
    TABLE.show(console, results)
    console.print(f"Bundle: {size['megabytes']:.2f} MB, {size['files']} files\n")
    return {"cpu_seconds": results, "bundle": size}


@contextmanager
def unpacked() -> Iterator[str]:
    """A folder with what the bundle has."""
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(lambda_bundle.build()).extractall(folder)
        yield folder


def _run(what: str, bundle: str) -> dict[str, float]:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-B", str(PROCESS), what, bundle],
        capture_output=True,
        text=True,
        check=True,
    )
    results: dict[str, float] = json.loads(done.stdout)
    return results
