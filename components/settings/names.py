"""Names and paths of settings, as messages show them."""

import difflib
import json
import re
from collections.abc import Iterable, Sequence


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint with the known name that is most like `name`, or an empty string."""
    by_letters = {each.lower(): each for each in known}
    nearest = difflib.get_close_matches(name.lower(), by_letters, n=1)
    return f" (did you mean {by_letters[nearest[0]]}?)" if nearest else ""


def placeholder(name: str) -> str:
    """Return what stands for a setting's value in a command: CLIENT_ID for `clientId`."""
    return re.sub(r"([A-Z])", r"_\1", name).upper()


def path_text(path: Sequence[int | str]) -> str:
    """Return a path in the syntax of `pulumi config set --path`."""
    plain = [isinstance(part, str) and re.fullmatch(r"[\w-]+", part) for part in path]
    parts = zip(path, plain, strict=True)
    return "".join(f".{p}" if named else f"[{json.dumps(p)}]" for p, named in parts).lstrip(".")
