"""The CPU time of each function's cold start and of its warm calls, compared with boto3 alone."""

import json
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from bench.tables import DOCS, markdown
from components import lambda_bundle
from tests.lambdas import services

PAGE = DOCS / "performance.md"
FOLDER = Path(__file__).parent
WHAT = ("floor", *services.FUNCTIONS)
RUNS, WARM_CALLS = 7, 200
HEADS = (
    *("Function", "Start, ms", "First event, ms", "Cold start, ms", "Times the floor"),
    *("Warm, ms", "Times the floor"),
)

# Seconds by function and by what was measured: `median`, `low` and `high`, the last two quartiles.
Measured = dict[str, dict[str, dict[str, float]]]


def measure(console: Console) -> Measured:
    """Start each function several times, in turn, so that a busy moment affects all of them."""
    runs: dict[str, list[dict[str, float]]] = {what: [] for what in WHAT}
    with console.status("Starting each function in fresh interpreters"):
        with bundle() as folder:  # leaves the bytecode of boto3, which Lambda's runtime has too
            for what in WHAT:
                run(what, folder)
        with bundle() as folder:
            for _ in range(RUNS):
                for what in WHAT:
                    runs[what].append(run(what, folder, "-B"))
    measured = {
        what: {name: _spread([run[name] for run in taken]) for name in taken[0]}
        for what, taken in runs.items()
    }
    spreads = [spread for each in measured.values() for spread in each.values()]
    widest = max((each["high"] - each["low"]) / each["median"] for each in spreads)
    console.print(table(measured), soft_wrap=True)
    console.print(f"Interquartile range: at most {widest:.0%} of the median")
    return measured


@contextmanager
def bundle() -> Iterator[Path]:
    """A folder with the contents of the Lambda bundle."""
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(lambda_bundle.build()).extractall(folder)
        yield Path(folder)


def run(what: str, folder: Path, *flags: str, calls: int = WARM_CALLS) -> dict[str, float]:
    """Start one function with its own path and environment only, and return its CPU seconds."""
    module, first = ("floor", FOLDER) if what == "floor" else (f"lambdas.{what}", folder)
    with (
        tempfile.TemporaryDirectory() as scratch,
        services.served(what, Path(scratch)) as (environment, _),
    ):
        arguments = (module, str(calls), str(first), sysconfig.get_path("purelib"))
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", "-S", *flags, str(FOLDER / "one_process.py"), *arguments],
            input=json.dumps(services.event(what)),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    report = json.loads(done.stdout) if done.returncode == 0 else {"answers": []}
    if not report["answers"] or not all(map(services.succeeded, report["answers"])):
        raise SystemExit(f"{what} failed: {report['answers'][:1]} {done.stderr}")
    seconds: dict[str, float] = report["seconds"]
    return seconds


def table(measured: Measured) -> str:
    """The table in docs/performance.md."""
    floor = measured["floor"]
    rows = []
    for what, each in measured.items():
        start, first, cold, warm = (each[name]["median"] for name in each)
        rows.append(
            [
                *(what, f"{start * 1_000:.0f}", f"{first * 1_000:.0f}", f"{cold * 1_000:.0f}"),
                f"{cold / floor['cold']['median']:.2f}",
                *(f"{warm * 1_000:.2f}", f"{warm / floor['warm']['median']:.2f}"),
            ]
        )
    return markdown(HEADS, rows)


def _spread(values: list[float]) -> dict[str, float]:
    low, median, high = statistics.quantiles(values, n=4)
    return {"median": median, "low": low, "high": high}
