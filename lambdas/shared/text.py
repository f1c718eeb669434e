"""Text that can be encoded: what JSON takes for text is not always that."""

from typing import TypeGuard


def is_text(value: object) -> TypeGuard[str]:
    """Whether it is text, and not empty.

    Half a surrogate pair is JSON, but can be neither sent, stored nor shown.
    """
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return value != ""
