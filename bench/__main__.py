"""`python -m bench`: measure the functions, and update bench/results.json and the pages."""

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from bench import callbacks, cost, memory
from bench.tables import put

RESULTS = Path(__file__).with_name("results.json")
LIBRARIES = ("boto3", "botocore", "pyjwt", "urllib3")


def main() -> None:
    """Measure, and record the date and the versions."""
    console, limited = Console(highlight=False), os.access(memory.GROUP.parent, os.W_OK)
    with console.status("Starting each function in fresh interpreters"):
        measured = callbacks.measure()
        before = json.loads(RESULTS.read_text(encoding="utf-8"))["elapsed_seconds"]
        elapsed = memory.measure() if limited else before
    results = {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in LIBRARIES},
        "cpu_seconds": measured,
        "elapsed_seconds": elapsed,
    }
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    put(callbacks.table(measured), callbacks.PAGE)
    put(memory.table(elapsed), callbacks.PAGE)
    cost.PAGE.write_text(cost.page(measured), encoding="utf-8")
    console.print(f"Wrote bench/{RESULTS.name}, docs/{callbacks.PAGE.name}, docs/{cost.PAGE.name}")
    if not limited:
        console.print("Times by memory stay: to limit CPU time takes Linux and root")


if __name__ == "__main__":
    main()
