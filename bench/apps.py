"""What the program costs to evaluate as it gets more apps, in CPU seconds."""

import json
import multiprocessing
import resource
from pathlib import Path
from typing import Any

from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks
from pulumi.runtime.mocks import MockMonitor
from rich.console import Console
from rich.table import Table

from local.engine.program import Program

PROGRAM = Path(__file__).resolve().parent.parent / "__main__.py"
APPS = (1, 10, 100, 1_000)


class Aws(Mocks):
    """Answers at once, with no more than the program goes on with."""

    def call(self, args: MockCallArgs) -> Any:
        """Answer an invoke."""
        return {"accountId": "123456789012", "partition": "aws", "region": "us-east-1"}

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Give the id and the outputs of a resource."""
        made = dict.fromkeys(("arn", "executionArn", "invokeArn", "keyId"), f"arn:aws:{args.name}")
        return args.name, {**args.inputs, **made, "apiEndpoint": "https://abc.example.com"}


def evaluate(apps: int) -> dict[str, float]:
    """Run the program with so many registered apps; CPU seconds, and the size of its outputs."""
    ids = [f"00000000-0000-4000-8000-{index:012}" for index in range(apps)]
    config = {
        "aws:region": "us-east-1",
        "bigcommerce:apps": json.dumps(
            [
                {
                    "organizationId": id_,
                    "name": "Example Commerce",
                    "scopes": ["store_v2_orders_read_only", "store_v2_products_read_only"],
                    "supportUrl": "https://www.example.com/support",
                    "clientId": f"client{index:025}",
                }
                for index, id_ in enumerate(ids)
            ]
        ),
        "bigcommerce:clientSecrets": json.dumps(dict.fromkeys(ids, "s" * 64)),
    }
    program = Program(
        path=str(PROGRAM),
        project="bigcommerce",
        stack="bench",
        config=config,
        secret_keys=["bigcommerce:clientSecrets"],
    )
    outputs, _ = program.run(MockMonitor(Aws()), lambda _severity, _text: None)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "outputs_megabytes": len(json.dumps(outputs)) / 1e6,
    }


def measure(console: Console) -> dict[str, dict[str, float]]:
    """Print a table, a row for each number of apps; gives what was measured by that number."""
    results: dict[str, dict[str, float]] = {}
    table = Table("apps", box=None, title="The program under mocks, a fresh interpreter each")
    for name in ("CPU s", "ms an app", "outputs MB"):
        table.add_column(name, justify="right")
    for apps in APPS:
        with (
            console.status(f"Evaluating the program with {apps:,} apps"),
            multiprocessing.get_context("spawn").Pool(1) as pool,
        ):
            measured = pool.apply(evaluate, (apps,))
        results[str(apps)] = measured
        if apps == 1:
            one = measured["cpu_seconds"]
        each = (measured["cpu_seconds"] - one) / max(apps - 1, 1) * 1_000
        table.add_row(
            f"{apps:,}",
            f"{measured['cpu_seconds']:.1f}",
            f"{each:.1f}",
            f"{measured['outputs_megabytes']:.2f}",
        )
    console.print(table)
    return results
