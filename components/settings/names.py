"""Names and paths of settings, as messages write them."""

import difflib
import json
import re
from collections.abc import Collection, Sequence


def did_you_mean(names: Sequence[str]) -> str:
    """Return a hint to put after a problem, or nothing without names."""
    return f" (did you mean {' or '.join(names)}?)" if names else ""


def nearest_names(name: str, known: Collection[str], *, cutoff: float = 0.6) -> list[str]:
    """Return up to three known names that look like `name`, the nearest first.

    `cutoff` is the similarity from 0 to 1. Case does not count.
    """
    by_letters = {each.lower(): each for each in known}
    nearest = difflib.get_close_matches(name.lower(), by_letters, n=3, cutoff=cutoff)
    return [by_letters[each] for each in nearest]


def placeholder(name: str) -> str:
    """Return what stands for a setting's value in a command: CLIENT_ID for `clientId`."""
    return re.sub(r"([A-Z])", r"_\1", name).upper()


def path_text(path: Sequence[int | str]) -> str:
    """Return a path as the Pulumi CLI reads it: brackets hold a name with other characters."""
    plain = [isinstance(part, str) and re.fullmatch(r"[\w-]+", part) for part in path]
    parts = zip(path, plain, strict=True)
    return "".join(f".{p}" if named else f"[{json.dumps(p)}]" for p, named in parts).lstrip(".")
