"""Text from outside: what can be encoded, and what is a JSON object."""

import json
from typing import Any, TypeGuard


def is_text(value: object) -> TypeGuard[str]:
    """Return whether the value is non-empty text that can be sent, stored and shown.

    JSON may contain half a surrogate pair, which has no encoding.
    """
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return value != ""


def json_object(content: str | bytes) -> dict[str, Any] | None:
    """Return the JSON object in the content, None if it is anything else."""
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None
