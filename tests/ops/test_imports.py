"""Which part of the repository may import which: the operators' commands need no Pulumi."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("bench", "bootstrap", "components", "lambdas", "local", "ops", "portal", "pulumi", "tests")
# What of these each part may import, besides itself.
ALLOWED = {
    "lambdas": (),
    "portal": (),
    "ops": ("portal", "lambdas.records"),
    "components": ("portal", "pulumi", "pulumi_aws"),
}


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def arrows(part: str) -> set[str]:
    """Return what the part imports from others, such as `portal.model.Registration`."""
    files = [*(ROOT / part).rglob("*.py")]
    assert files
    names = {name for file in files for name in imported(file)}
    others = {*PARTS, "pulumi_aws"} - {part}
    return {name for name in names if name.partition(".")[0] in others}


@pytest.mark.parametrize(("part", "allowed"), ALLOWED.items())
def test_a_part_imports_only_parts_below_it(part: str, allowed: tuple[str, ...]) -> None:
    below = tuple(f"{name}." for name in allowed)
    assert [name for name in sorted(arrows(part)) if not f"{name}.".startswith(below)] == []


def test_nothing_that_runs_the_program_imports_the_commands() -> None:
    for part in ("bootstrap", "components", "local"):
        assert [name for name in arrows(part) if name.startswith("ops.")] == []
