"""What `pulumi config set` and `rm` do with `--path`, in this process.

Source: `Map.Set`, `Map.Remove` and `ParsePropertyPath` of the CLI. What it refuses raises
`CliRefusalError`.
"""

import copy
import re
import shlex
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

# What is entered where the CLI asks for a secret: long enough for any.
ENTERED_SECRET = "enteredSecret" * 3
_PART = re.compile(r'\[(\d+)\]|\["((?:\\"|[^"])*)"\]|\.?([^.\[]+)')


class CliRefusalError(Exception):
    """The command fails."""


def after(config: dict[str, Any], command: str) -> dict[str, Any]:
    """A configuration after a command of a remedy."""
    pulumi, noun, verb, _, _, *words = shlex.split(command)
    assert (pulumi, noun) == ("pulumi", "config")
    is_secret = "--secret" in words
    key, *value = [word for word in words if word not in ("--secret", "--path", "--")]
    if ":" in key or (any(word.startswith("-") for word in value) and "--" not in words):
        raise CliRefusalError(command)
    changed, path = copy.deepcopy(config), _parsed(key)
    if verb == "rm":
        _remove(changed, path)
    else:
        _set(changed, path, ENTERED_SECRET if is_secret else value[0])
    return changed


def _parsed(key: str) -> list[int | str]:
    matches = list(_PART.finditer(key))
    if "".join(match[0] for match in matches) != key:
        raise CliRefusalError(key)
    return [
        int(index) if index else name or quoted.replace(r"\"", '"')
        for index, quoted, name in (match.groups(default="") for match in matches)
    ]


def _remove(config: dict[str, Any], path: Sequence[int | str]) -> None:
    place: Any = config
    try:
        for part in path[:-1]:
            place = place[part]
        del place[path[-1]]
    except (KeyError, IndexError, TypeError):
        return  # what is not there is removed


def _set(config: dict[str, Any], path: Sequence[int | str], text: str) -> None:
    place: Any = config
    if len(path) > 1 and isinstance(config.get(str(path[0])), str):
        del config[str(path[0])]  # a text at the top makes way for a list or a map
    for part, following in pairwise(path):
        kind = list if isinstance(following, int) else dict
        inner = _child(place, part)
        if inner is None:
            inner = kind()
        elif not isinstance(inner, kind):
            raise CliRefusalError(f"{part}: there is {inner!r}")
        place[part] = inner
        place = inner
    _child(place, path[-1])
    place[path[-1]] = text if len(path) == 1 else _adjusted(text)


def _child(place: Any, part: int | str) -> Any:
    """What is there; a list gets a place for one more entry, and for no later one."""
    if isinstance(place, dict):
        return place.get(part)
    assert isinstance(part, int)
    if part > len(place):
        raise CliRefusalError(f"index {part} is out of range")
    if part == len(place):
        place.append(None)
    return place[part]


def _adjusted(text: str) -> bool | int | str:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"0|-?[1-9]\d*", text) else text
