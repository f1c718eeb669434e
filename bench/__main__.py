"""`python -m bench`: every measurement in turn, also as bench/results.json."""

import argparse
import json
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import apps, callbacks, cost, deployments, lambda_runtime, simulation
from bench.tables import DOCS, put

RESULTS = Path(__file__).with_name("results.json")
PERFORMANCE, SCALE = DOCS / "performance.md", DOCS / "scale.md"
LIBRARIES = ("boto3", "botocore", "pulumi", "pulumi-aws", "pyjwt", "urllib3")


def main() -> None:
    """Measure, print, and write down what was measured with what."""
    argparse.ArgumentParser(prog="python -m bench", description=__doc__).parse_args()
    console = Console(highlight=False)
    last = json.loads(RESULTS.read_text(encoding="utf-8"))
    results: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in LIBRARIES},
        "callbacks": callbacks.measured(console),
        "lambda": lambda_runtime.measured(console) or last["lambda"],
        "deployments": deployments.measure(console),
        "apps": apps.measure(console),
    }
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    for page, table in tables(results):
        put(table, page)
    cost.write(results["callbacks"]["cpu_seconds"])
    pages = ", ".join(f"docs/{page.name}" for page in (PERFORMANCE, SCALE, cost.PAGE))
    console.print(f"Written to bench/{RESULTS.name}, {pages}")


def tables(results: dict[str, Any]) -> list[tuple[Path, str]]:
    """The tables that say what was measured, or follow from it; each after its page."""
    cpu_seconds = results["callbacks"]["cpu_seconds"]
    return [
        (PERFORMANCE, callbacks.TABLE.text(cpu_seconds)),
        (PERFORMANCE, lambda_runtime.TABLE.text(results["lambda"]["seconds"])),
        (PERFORMANCE, deployments.rows(results["deployments"])),
        (SCALE, apps.rows(results["apps"])),
        (SCALE, simulation.load_rows(cpu_seconds)),
        (SCALE, simulation.user_rows()),
    ]


if __name__ == "__main__":
    main()
