"""`python -m bench`: every measurement in turn, also as bench/results.json."""

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import apps, callbacks, cost

RESULTS = Path(__file__).with_name("results.json")
LIBRARIES = ("boto3", "botocore", "pulumi", "pulumi-aws", "pyjwt", "urllib3")


def main() -> None:
    """Measure, print, and write down what was measured with what."""
    console = Console(highlight=False)
    results: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in LIBRARIES},
        "callbacks": callbacks.measure(console),
        "apps": apps.measure(console),
    }
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    callbacks.write(results["callbacks"]["cpu_seconds"])
    cost.write()
    console.print(
        f"Written to bench/{RESULTS.name}, docs/{callbacks.PAGE.name} and docs/{cost.PAGE.name}"
    )


if __name__ == "__main__":
    main()
