"""The program's version, from its pyproject.toml: the program is not installed."""

import tomllib
from pathlib import Path


def program_version() -> str:
    """The version, such as `1.0.0`."""
    project = Path(__file__).parents[1] / "pyproject.toml"
    return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
