"""What a cold start and a warm call of each function cost, against botocore alone."""

import json
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.answers import FUNCTIONS
from bench.tables import markdown
from components import lambda_bundle

PROCESS = Path(__file__).with_name("one_process.py")
WHAT = ("floor", *FUNCTIONS)
RUNS = 7


def measure(console: Console) -> dict[str, Any]:
    """Print a table; gives medians with their spread, and the bundle's size."""
    bundle = lambda_bundle.build()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
        files = len(archive.namelist())
        runs: dict[str, list[dict[str, float]]] = {what: [] for what in WHAT}
        with console.status("Starting each function in fresh interpreters"):
            for _ in range(RUNS):  # in turn, so that a busy moment meets all of them
                for what in WHAT:
                    runs[what].append(_run(what, folder))
    results = {
        what: {name: _spread([run[name] for run in measured]) for name in ("cold", "warm")}
        for what, measured in runs.items()
    }
    _print(console, results)
    megabytes = bundle.stat().st_size / 1e6
    console.print(f"Bundle: {megabytes:.2f} MB, {files} files")
    return {"cpu_seconds": results, "bundle": {"megabytes": megabytes, "files": files}}


def rows(results: dict[str, dict[str, dict[str, float]]]) -> str:
    """The table in docs/performance.md: medians, and times the floor."""
    lines = []
    for what, measured in results.items():
        cells = [what]
        for name, form in (("cold", ".0f"), ("warm", ".2f")):
            median = measured[name]["median"]
            floor = results["floor"][name]["median"]
            cells += [f"{median * 1_000:{form}}", f"{median / floor:.2f}"]
        lines.append(cells)
    floors = "Times the floor"
    return markdown(["Function", "Cold start, ms", floors, "Warm, ms", floors], lines)


def _run(what: str, bundle: str) -> dict[str, float]:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-B", str(PROCESS), what, bundle],
        capture_output=True,
        text=True,
        check=True,
    )
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _spread(values: list[float]) -> dict[str, float]:
    low, median, high = statistics.quantiles(values, n=4)
    return {"median": median, "low": low, "high": high}


def _print(console: Console, results: dict[str, dict[str, dict[str, float]]]) -> None:
    table = Table("function", box=None, title="CPU, medians (quartiles), and times the floor")
    for name in ("cold, ms", "x floor", "warm, ms", "x floor"):
        table.add_column(name, justify="right")
    for what, measured in results.items():
        cells = []
        for name in ("cold", "warm"):
            spread = {key: value * 1_000 for key, value in measured[name].items()}
            cells += [
                f"{spread['median']:.2f} ({spread['low']:.2f} to {spread['high']:.2f})",
                f"{measured[name]['median'] / results['floor'][name]['median']:.2f}",
            ]
        table.add_row(what, *cells)
    console.print(table)
