"""`python -m bench`: measure the functions, and update bench/results.json and the pages."""

import argparse
import json
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from bench import callbacks, cost
from bench.tables import put

RESULTS = Path(__file__).with_name("results.json")
LIBRARIES = ("boto3", "botocore", "pyjwt", "urllib3")


def main() -> None:
    """Measure, print, and record the date and the versions."""
    argparse.ArgumentParser(prog="python -m bench", description=__doc__).parse_args()
    console = Console(highlight=False)
    measured = callbacks.measure(console)
    results = {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in LIBRARIES},
        "cpu_seconds": measured,
    }
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    put(callbacks.table(measured), callbacks.PAGE)
    cost.PAGE.write_text(cost.page(measured), encoding="utf-8")
    console.print(f"Wrote bench/{RESULTS.name}, docs/{callbacks.PAGE.name}, docs/{cost.PAGE.name}")


if __name__ == "__main__":
    main()
