"""`python -m bench`: every measurement in turn, also as bench/results.json."""

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import apps, callbacks, cost, deployments
from bench.tables import DOCS, put

RESULTS = Path(__file__).with_name("results.json")
PERFORMANCE = DOCS / "performance.md"
LIBRARIES = ("boto3", "botocore", "pulumi", "pulumi-aws", "pyjwt", "urllib3")


def main() -> None:
    """Measure, print, and write down what was measured with what."""
    console = Console(highlight=False)
    results: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in LIBRARIES},
        "callbacks": callbacks.measure(console),
        "deployments": deployments.measure(console),
        "apps": apps.measure(console),
    }
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    put(callbacks.rows(results["callbacks"]["cpu_seconds"]), PERFORMANCE)
    put(deployments.rows(results["deployments"]), PERFORMANCE)
    cost.write()
    console.print(
        f"Written to bench/{RESULTS.name}, docs/{PERFORMANCE.name} and docs/{cost.PAGE.name}"
    )


if __name__ == "__main__":
    main()
