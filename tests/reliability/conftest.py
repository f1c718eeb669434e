"""An embedded AWS of this directory's own, because its tests change roles."""

from tests.local.backend.conftest import ready

__all__ = ["ready"]
