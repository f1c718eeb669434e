"""Read optional values: callers get the value, or None if it is not as documented.

No callback may fail over such a value: BigCommerce sends an uninstall only once.
"""

import re

from ..shared.text import is_text

_STORE = re.compile(r"stores/([A-Za-z0-9]{1,64})", re.ASCII)
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,39}", re.ASCII)
# A browser reads a backslash as a slash, and drops tabs and line ends.
_PATH = re.compile(r"/(?!/)[^\\\x00-\x1f\x7f]*")


def text(value: object) -> str | None:
    """Return the value if it is non-empty text."""
    return value if is_text(value) else None


def integer(value: object) -> int | None:
    """Return the value as an integer, if it is one or its decimal digits without a leading zero."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def path(value: object) -> str | None:
    """Return the value if it is a path that stays on its host, such as `/orders?id=5`."""
    return value if is_text(value) and _PATH.fullmatch(value) else None


def store_hash(value: object) -> str | None:
    """Return the store hash in `stores/{store_hash}`, as in `context` parameters and `sub` claims.

    Source: BigCommerce's single-click app documentation, `context` and `sub`.
    """
    match = _STORE.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else None
