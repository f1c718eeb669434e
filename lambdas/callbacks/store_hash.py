"""The store hash: BigCommerce's name of a store, carried as `stores/{store_hash}`."""

import re

_CONTEXT = re.compile(r"stores/([A-Za-z0-9]{1,64})", re.ASCII)


def from_context(context: str) -> str | None:
    """Return the store hash of a `context` parameter or a `sub` claim, None if it has none.

    Source: BigCommerce's single-click app documentation, `context` and `sub`.
    """
    match = _CONTEXT.fullmatch(context)
    return match.group(1) if match else None
