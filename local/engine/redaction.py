"""Keeps secrets out of messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

SHOWN_AS = "[secret]"
# A shorter text is not a secret, and occurs within words.
SHORTEST = 4


class Redaction:
    """The secret texts seen so far. Thread-safe."""

    def __init__(self) -> None:
        self._texts: frozenset[str] = frozenset()

    def add(self, value: Any) -> None:
        """Learn every text in a plain value that is secret as a whole."""
        self._texts |= {text for text in _texts(value) if len(text) >= SHORTEST}

    def apply(self, text: str) -> str:
        """Replace each known secret in the text with `[secret]`."""
        # The longest first, because a secret can be part of another.
        secrets = sorted(self._texts, key=len, reverse=True)
        return re.sub("|".join(map(re.escape, secrets)), SHOWN_AS, text) if secrets else text


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for item in value.values():
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)
