"""How long a callback takes with the CPU share that its memory gives, and what a million cost."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from bench.callbacks import bundle, run
from bench.cost import CORE_MEGABYTES, PRICES
from bench.tables import markdown
from tests.lambdas.services import CALLBACKS

SIZES = (256, 512, 1_024, 1_769)
RUNS, WARM_CALLS = 5, 20
PERIOD = 20_000  # microseconds; AWS does not document its own
HEADS = (
    *("Callback", "Memory, MiB", "Start, ms", "First request, ms", "Later request, ms"),
    *("A million first, USD", "A million later, USD"),
)
V1 = Path("/sys/fs/cgroup/cpu")
GROUP = (V1 if V1.exists() else V1.parent) / "bench"

Elapsed = dict[str, dict[str, dict[str, float]]]


def measure() -> Elapsed:
    """The fastest of several runs: other work on the machine only adds to elapsed time."""
    elapsed: Elapsed = {what: {} for what in CALLBACKS}
    with bundle() as folder:
        for what, size in product(CALLBACKS, SIZES):
            with share(size) as group:
                runs = [run(what, folder, "-B", calls=WARM_CALLS, group=group) for _ in range(RUNS)]
            elapsed[what][str(size)] = {name: min(each[name] for each in runs) for name in runs[0]}
    return elapsed


@contextmanager
def share(size: int) -> Iterator[Path]:
    """The list of the processes that get the CPU share of this memory."""
    quota = round(PERIOD * size / CORE_MEGABYTES)
    v1 = {"cpu.cfs_period_us": PERIOD, "cpu.cfs_quota_us": quota}
    GROUP.mkdir(exist_ok=True)
    try:
        for name, value in (v1 if V1.exists() else {"cpu.max": f"{quota} {PERIOD}"}).items():
            (GROUP / name).write_text(str(value))
        yield GROUP / "cgroup.procs"
    finally:
        GROUP.rmdir()


def million(seconds: float, size: int) -> str:
    """USD for a million invocations that take so long; Lambda bills whole milliseconds."""
    gigabyte_seconds = math.ceil(seconds * 1_000) / 1_000 * size / 1_024
    usd = PRICES["lambda_request"] + gigabyte_seconds * PRICES["lambda_gb_second"]
    return f"{usd * 1e6:.2f}"


def table(elapsed: Elapsed) -> str:
    """The table in docs/performance.md."""
    return markdown(
        HEADS,
        (
            [
                *(what, f"{int(size):,}", f"{each['start'] * 1_000:.0f}"),
                *(f"{each['first'] * 1_000:.0f}", f"{each['warm'] * 1_000:.1f}"),
                *(million(each["cold"], int(size)), million(each["warm"], int(size))),
            ]
            for what, sizes in elapsed.items()
            for size, each in sizes.items()
        ),
    )
