"""Read what decides nothing: a value that is not as documented counts as absent.

An uninstall comes only once, and an installation must not fail over an e-mail address.
"""

import re

from ..shared.text import is_text

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,39}", re.ASCII)
# A browser reads a backslash as a slash, and drops tabs and line ends.
_PATH = re.compile(r"/(?!/)[^\\\x00-\x1f\x7f]*")


def text(value: object) -> str | None:
    """Return the value if it is non-empty text."""
    return value if is_text(value) else None


def integer(value: object) -> int | None:
    """Return the value if it is an integer, or text that spells one in the one plain way."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def path(value: object) -> str | None:
    """Return the value if it is a path that stays on its host, such as `/orders?id=5`."""
    return value if is_text(value) and _PATH.fullmatch(value) else None
