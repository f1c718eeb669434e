"""The CPU time of each function's cold start and of its warm calls, compared with boto3 alone."""

import json
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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

# Median seconds by function and by what was measured.
Measured = dict[str, dict[str, float]]


def measure() -> Measured:
    """Start each function several times, in turn, so that a busy moment affects all of them."""
    runs: dict[str, list[dict[str, float]]] = {what: [] for what in WHAT}
    with bundle() as folder:  # leaves the bytecode of boto3, which Lambda's runtime has too
        for what in WHAT:
            run(what, folder)
    with bundle() as folder:
        for what in WHAT * RUNS:
            runs[what].append(run(what, folder, "-B"))
    return {what: medians(taken) for what, taken in runs.items()}


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    """The median of each figure."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


@contextmanager
def bundle() -> Iterator[Path]:
    """A folder with the contents of the Lambda bundle."""
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(lambda_bundle.build()).extractall(folder)
        yield Path(folder)


def run(
    what: str, folder: Path, *flags: str, calls: int = WARM_CALLS, group: Path | None = None
) -> dict[str, float]:
    """The CPU seconds of a function with its own path and environment only.

    If it joins `group`, a file of a control group, they are elapsed seconds.
    """
    module, first = ("floor", FOLDER) if what == "floor" else (f"lambdas.{what}", folder)
    with (
        tempfile.TemporaryDirectory() as scratch,
        services.served(what, Path(scratch)) as (environment, _),
    ):
        join = ("/bin/sh", "-c", 'echo $$ > "$0" && exec "$@"', str(group)) if group else ()
        began = time.monotonic() if group else 0
        arguments = (module, str(calls), str(began), str(first), sysconfig.get_path("purelib"))
        done = subprocess.run(  # noqa: S603
            [*join, sys.executable, "-I", "-S", *flags, FOLDER / "one_process.py", *arguments],
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
        start, first, cold, warm = each.values()
        rows.append(
            [
                *(what, f"{start * 1_000:.0f}", f"{first * 1_000:.0f}", f"{cold * 1_000:.0f}"),
                f"{cold / floor['cold']:.2f}",
                *(f"{warm * 1_000:.2f}", f"{warm / floor['warm']:.2f}"),
            ]
        )
    return markdown(HEADS, rows)
