"""Fixtures: what the programs register."""

from tests.components.conftest import awaiting, record

__all__ = ["awaiting", "record"]
