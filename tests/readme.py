"""The README's code, so that tests run what it shows."""

from pathlib import Path

_README = Path(__file__).resolve().parent.parent / "README.md"


def snippet(defining: str) -> str:
    """The Python block of the README that defines this name."""
    blocks = [
        block.split("```")[0]
        for block in _README.read_text(encoding="utf-8").split("```python\n")[1:]
    ]
    (found,) = [block for block in blocks if f"def {defining}(" in block]
    return found
