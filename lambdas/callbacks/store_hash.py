"""The store hash: BigCommerce's name of a store, carried as `stores/{store_hash}`."""

import re

_CONTEXT = re.compile(r"stores/([A-Za-z0-9]{1,64})", re.ASCII)


def from_context(context: str) -> str | None:
    """The store hash of a `context` parameter or a `sub` claim, or None if it is not one.

    Source: BigCommerce's single-click app documentation, `context` and `sub`.
    """
    match = _CONTEXT.fullmatch(context)
    return match.group(1) if match else None
