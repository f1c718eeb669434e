"""What `make up` takes: a deployment to the embedded AWS, and the walk after it."""

import multiprocessing
import resource
import statistics
import time
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.tables import markdown

RUNS = 5
WHAT = {
    "start_seconds": "imports, and the start of the embedded AWS",
    "deploy_seconds": "deploy",
    "walk_seconds": "life of an installation",
    "stop_seconds": "stop",
    "cpu_seconds": "CPU seconds of the command and the embedded AWS",
}


def deploy_and_walk() -> dict[str, float]:
    """Do what `make up` does, without a terminal."""
    begun = time.perf_counter()
    from local.backend import local_backend  # noqa: PLC0415 (what it takes is measured)
    from local.walk import Walk  # noqa: PLC0415

    with local_backend() as backend:
        backend.connect_stores_to_rutter()
        started = time.perf_counter()
        deployment = backend.deploy()
        deployed = time.perf_counter()
        for step in Walk(backend).steps:
            step.take()
        walked = time.perf_counter()
    stopped = time.perf_counter()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "resources": len(deployment.changes),
        "start_seconds": started - begun,
        "deploy_seconds": deployed - started,
        "walk_seconds": walked - deployed,
        "stop_seconds": stopped - walked,
        "cpu_seconds": sum(one.ru_utime + one.ru_stime for one in used),
    }


def measure(console: Console) -> dict[str, Any]:
    """Print a table; gives medians with their spread, in seconds, and the number of resources."""
    runs = []
    with console.status("Deploying to the embedded AWS, in fresh interpreters"):
        for _ in range(RUNS):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                runs.append(pool.apply(deploy_and_walk))
    results: dict[str, Any] = {"resources": int(runs[0]["resources"])}
    table = Table("make up", box=None, title=f"{results['resources']} resources, medians")
    table.add_column("s (quartiles)", justify="right")
    for name, what in WHAT.items():
        low, median, high = statistics.quantiles([run[name] for run in runs], n=4)
        results[name] = {"median": median, "low": low, "high": high}
        table.add_row(what, f"{median:.2f} ({low:.2f} to {high:.2f})")
    console.print(table)
    return results


def rows(results: dict[str, Any]) -> str:
    """The table in docs/performance.md."""
    return markdown(
        ["`make up`", "Seconds"],
        [[what, f"{results[name]['median']:.1f}"] for name, what in WHAT.items()],
    )
