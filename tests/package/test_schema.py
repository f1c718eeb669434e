"""The schema: the package's public interface."""

from package.provider import SCHEMA
from tests.package.schema import written


def test_the_schema_is_that_of_the_settings_and_the_documented_outputs() -> None:
    """If not: `python -m tests.package.schema`, and look at what changes for consumers."""
    assert SCHEMA.read_text(encoding="utf-8") == written()
