"""The program's name, as it was called, and its version."""

import sys
import tomllib
from importlib import metadata
from pathlib import Path

COMMAND = "bigcommerce-backend"  # as installed, and in bin
PROGRAM = COMMAND if Path(sys.argv[0]).stem == COMMAND else "python -m ops"


def program_version() -> str:
    """Return the version, such as `1.0.0`: of this checkout, or of the installed package."""
    project = Path(__file__).parents[1] / "pyproject.toml"
    if not project.exists():
        return metadata.version("bigcommerce-app-backend")
    return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
