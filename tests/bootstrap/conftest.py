"""Fixtures: what the programs register."""

from tests.components.conftest import everything, record

__all__ = ["everything", "record"]
