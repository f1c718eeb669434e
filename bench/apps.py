"""What the program costs as it gets more apps: CPU seconds, its outputs, and Pulumi's state."""

import json
import multiprocessing
import resource
from pathlib import Path
from typing import Any

from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks
from rich.console import Console
from rich.table import Table

from bench.state import StateMonitor
from bench.tables import markdown
from local.engine.program import Program
from local.provider.resource_type import RESOURCE_TYPES

ENDPOINT = "https://abc.example.com"
PROGRAM = Path(__file__).resolve().parent.parent / "__main__.py"
APPS = (1, 10, 100, 1_000)
HEADS = ["Apps", "CPU seconds", "Milliseconds an app more", "Outputs, MB", "State, MB"]


class Aws(Mocks):
    """Answers at once, with no more than the program goes on with."""

    def call(self, args: MockCallArgs) -> Any:
        """Answer an invoke."""
        return {"accountId": "123456789012", "partition": "aws", "region": "us-east-1"}

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Give the id and the outputs of a resource."""
        service, _, kind = args.typ.removeprefix("aws:").partition("/")
        name = args.inputs.get("name", args.name)
        arn = f"arn:aws:{service}:us-east-1:123456789012:{kind.partition(':')[0]}:{name}"
        given = RESOURCE_TYPES[args.typ].outputs if args.custom else ()
        made = {output: ENDPOINT if output == "apiEndpoint" else arn for output in given}
        return arn, args.inputs | made


def program(apps: int) -> Program:
    """The program with so many registered apps."""
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
    return Program(
        path=str(PROGRAM),
        project="bigcommerce",
        stack="bench",
        config=config,
        secret_keys=["bigcommerce:clientSecrets"],
    )


def evaluate(apps: int) -> dict[str, float]:
    """Run the program; CPU seconds, and the sizes of its outputs and of the state with them."""
    monitor = StateMonitor(Aws())
    outputs, _ = program(apps).run(monitor, lambda _severity, _text: None)
    used = resource.getrusage(resource.RUSAGE_SELF)
    given = len(json.dumps(outputs))
    return {
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "outputs_megabytes": given / 1e6,
        "state_megabytes": (monitor.bytes() + given) / 1e6,
    }


def measure(console: Console) -> dict[str, dict[str, float]]:
    """Print a table, a row for each number of apps; gives what was measured by that number."""
    results: dict[str, dict[str, float]] = {}
    for apps in APPS:
        with (
            console.status(f"Evaluating the program with {apps:,} apps"),
            multiprocessing.get_context("spawn").Pool(1) as pool,
        ):
            results[str(apps)] = pool.apply(evaluate, (apps,))
    shown = Table(*HEADS, box=None, title="The program under mocks, a fresh interpreter each")
    for cells in _cells(results):
        shown.add_row(*cells)
    console.print(shown)
    return results


def rows(results: dict[str, dict[str, float]]) -> str:
    """The table in docs/scale.md."""
    return markdown(HEADS, _cells(results))


def _cells(results: dict[str, dict[str, float]]) -> list[list[str]]:
    one = results["1"]["cpu_seconds"]
    return [
        [
            f"{int(apps):,}",
            f"{measured['cpu_seconds']:.1f}",
            f"{(measured['cpu_seconds'] - one) / (int(apps) - 1) * 1_000:.0f}"
            if apps != "1"
            else "",
            f"{measured['outputs_megabytes']:.2f}",
            f"{measured['state_megabytes']:.2f}",
        ]
        for apps, measured in results.items()
    ]
