"""Fixtures: what the programs register."""

from tests.components.conftest import awaiting, customized, record

__all__ = ["awaiting", "customized", "record"]
