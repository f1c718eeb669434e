"""Serves the component package to the Pulumi CLI, which runs this file in a consumer's project."""

import sys
from pathlib import Path

# The package's code is the program's.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pulumi.provider import main

from package.provider import BackendProvider

main(BackendProvider(), sys.argv[1:])
