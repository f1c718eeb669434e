"""Medians of fresh processes with their quartiles, and their tables."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console

from bench.tables import markdown

RUNS = 7

# Seconds by what was measured and by their name: `median`, `low` and `high`.
Measured = dict[str, dict[str, dict[str, float]]]


def measure(
    console: Console, doing: str, what: Sequence[str], run: Callable[[str], Mapping[str, float]]
) -> Measured:
    """Run each several times, in turn, so that a busy moment meets all of them."""
    runs: dict[str, list[Mapping[str, float]]] = {each: [] for each in what}
    with console.status(doing):
        for _ in range(RUNS):
            for each in what:
                runs[each].append(run(each))
    return {
        each: {name: _spread([run[name] for run in taken]) for name in taken[0]}
        for each, taken in runs.items()
    }


@dataclass(frozen=True)
class Table:
    """A table with a row for each that was measured.

    Attributes:
        heads: of its columns after the first.
        cells: below them: `{cold:.0f}` are milliseconds, `{cold_x:.2f}` times the floor.
    """

    heads: Sequence[str]
    cells: Sequence[str]

    def text(self, results: Measured) -> str:
        """The table in Markdown."""
        rows = []
        for what, measured in results.items():
            values = {name: spread["median"] * 1_000 for name, spread in measured.items()}
            values |= {
                f"{name}_x": spread["median"] / results["floor"][name]["median"]
                for name, spread in measured.items()
            }
            rows.append([what, *(cell.format(**values) for cell in self.cells)])
        return markdown(["Function", *self.heads], rows)

    def show(self, console: Console, results: Measured) -> None:
        """Print it, and how far the measurements spread."""
        spreads = [each for measured in results.values() for each in measured.values()]
        widest = max((each["high"] - each["low"]) / each["median"] for each in spreads)
        console.print(self.text(results), soft_wrap=True)
        console.print(f"Between the quartiles: at most {widest:.0%} of the median\n")


def _spread(values: Sequence[float]) -> dict[str, float]:
    low, median, high = statistics.quantiles(values, n=4)
    return {"median": median, "low": low, "high": high}
