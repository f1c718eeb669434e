"""What pydantic finds wrong with settings, in the words of configuration, with its remedy."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .configuration_errors import (
    FIRST_ENTRIES,
    Problem,
    did_you_mean,
    example,
    in_stack_file,
    last_name,
    nearest_names,
    remove_command,
    set_command,
    set_secret_command,
)
from .secret_settings import SECRET_MAPS, is_secret

Path = tuple[int | str, ...]
"""Where a value is: names, and indices of lists' entries (`i` for any)."""

# By pydantic's type of error, since its own words are a library's.
_WORDS = {
    "missing": "is required",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "tuple_type": "must be a list",
    "dict_type": "must be a map",
    "model_type": "must be a map",
    "string_type": "must be text",
    "string_unicode": "must be of whole characters: one is half of a pair (a lone surrogate)",
    "literal_error": "must be {expected}",
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than_equal": "must be {le:g} or less",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size"), "must be a whole number"),
    "int_from_float": "must be a whole number",
    **dict.fromkeys(("float_type", "float_parsing"), "must be a number"),
}
_ABSENT = {"missing", "too_short", "string_too_short"}
_SHAPES = {"tuple_type", "dict_type", "model_type"}
_SECRETS = {secret_map.key for secret_map in SECRET_MAPS}
# How alike names must be for one to be taken for the other.
_MISSPELLED = 0.6


def validation_problems(
    error: ValidationError, values: Mapping[str, Any], model: type[BaseModel]
) -> list[Problem]:
    """The problems that pydantic found in `values`, the configuration that `model` describes."""
    errors = error.errors(include_url=False)
    inner = {each["loc"][:depth] for each in errors for depth in range(1, len(each["loc"]))}
    known = list(_paths(model))
    renamed = {_meant(each["loc"], known) for each in errors if each["type"] == "extra_forbidden"}
    # pydantic leaves wrong entries out of a list, and then finds the list too short. And what is
    # missing under its right name may be there under another.
    return [
        _unknown(each["loc"], each["input"], values, known)
        if each["type"] == "extra_forbidden"
        else _problem(each)
        for each in errors
        if not (each["type"] == "too_short" and each["loc"] in inner)
        and not (each["type"] == "missing" and each["loc"] in renamed)
    ]


def _problem(details: ErrorDetails) -> Problem:
    key = _text(details["loc"])
    context = details.get("ctx", {})
    if key in _SECRETS:
        remedy = f"{remove_command(key)}\n{set_secret_command(f'{key}.ORGANIZATION_ID')}"
        return Problem(key, "must be a map of organization id to secret", remedy)
    if details["loc"][0] in _SECRETS:
        return Problem(key, _what_of_secret(details), set_secret_command(key))
    if details["type"] in _SHAPES:
        return Problem(key, _WORDS[details["type"]], _reshaped(details, key))
    if "remove" in context:
        return Problem(key, _what(details), remove_command(key + context["remove"]))
    return Problem(key, _what(details), set_command(key, context.get("suggestion")))


def _what_of_secret(details: ErrorDetails) -> str:
    """What is wrong with a secret, without showing it."""
    if "min_length" in details.get("ctx", {}):
        return f"must have at least {details['ctx']['min_length']} characters"
    return details["msg"] if details["type"] == "secret_with_spaces" else "must be text"


def _what(details: ErrorDetails) -> str:
    words, given = _WORDS.get(details["type"]), details["input"]
    what = words.format(**details.get("ctx", {})) if words else details["msg"]
    if details["type"] in _ABSENT or isinstance(given, bool) or is_secret(str(details["loc"][0])):
        return what
    return f"is {given!r}: it {what}" if isinstance(given, str | int | float) else what


def _reshaped(details: ErrorDetails, key: str) -> str:
    """The remedy of a value in a wrong shape, which keeps what is in it."""
    given, is_list = details["input"], details["type"] == "tuple_type"
    if isinstance(given, dict | list) and given:
        if not is_list:
            return in_stack_file("write it as a map: a name and its value on each line, no dash")
        first = FIRST_ENTRIES[last_name(key)].partition(".")[2]
        entry = f"{first}: {example(first)}" if first else example(key)
        return in_stack_file(f"write it as a list: a dash before each entry, as in - {entry}")
    if not is_list:
        return remove_command(key)
    # One entry where a list belongs; an app is more than a word.
    shown = given and key != "apps" and not is_secret(str(details["loc"][0]))
    only = str(given) if shown else None
    return f"{remove_command(key)}\n{set_command(key, only)}"


def _unknown(location: Path, given: Any, values: Mapping[str, Any], known: list[Path]) -> Problem:
    """A key that is no setting: it is moved to the one that was meant, if that can be told."""
    key, what = _text(location), "is not a setting"
    sibling = _meant(location, known)
    if sibling is not None:
        moved = _moved(key, sibling, given, values)
        return Problem(key, what + did_you_mean([str(sibling[-1])]), moved)
    nearest = _nearest(location, known)
    meant = [path for path in known if path[-1] in nearest]
    if not meant:
        return Problem(key, what, remove_command(key))
    elsewhere = [_text(path) for path in meant]
    what += did_you_mean(elsewhere)
    if elsewhere[0] in _SECRETS:
        id_ = _value(values, (*location[:-1], "organizationId")) or "ORGANIZATION_ID"
        return Problem(key, what, _set_anew(key, f"{elsewhere[0]}.{id_}"))
    return Problem(key, what, in_stack_file(f"move its value to {' or '.join(elsewhere)}"))


def _nearest(location: Path, known: list[Path]) -> list[str]:
    """The known name that is most like that of a key, if one is."""
    names = {str(path[-1]) for path in known}
    return nearest_names(str(location[-1]), names, cutoff=_MISSPELLED)[:1]


def _meant(location: Path, known: list[Path]) -> Path | None:
    """The setting beside a key that was meant by it, if there is one."""
    place = tuple("i" if isinstance(part, int) else part for part in location[:-1])
    for name in _nearest(location, known):
        if (*place, name) in known:
            return (*location[:-1], name)
    return None


def _moved(key: str, meant: Path, given: Any, values: Mapping[str, Any]) -> str:
    """The remedy of a misspelled key: its value goes to the key that was meant."""
    if _value(values, meant) is not None:
        return remove_command(key)
    if meant[0] in _SECRETS and not isinstance(given, dict):
        return _set_anew(key, f"{meant[0]}.ORGANIZATION_ID")
    text = str(given).lower() if isinstance(given, bool) else str(given)
    # Any other value may be a secret in a wrong place, or of more than a word.
    if re.fullmatch(r"true|false|\d+(\.\d+)?", text) and meant[0] not in _SECRETS:
        return f"{set_command(_text(meant), text)}\n{remove_command(key)}"
    return in_stack_file(f"rename {key} to {meant[-1]}")


def _set_anew(key: str, secret_key: str) -> str:
    return f"{set_secret_command(secret_key)}\n{remove_command(key)}"


def _paths(model: type[BaseModel], place: Path = ()) -> Iterator[Path]:
    """Where each setting is."""
    for field in model.model_fields.values():
        path = (*place, str(field.alias))
        yield path
        entry = ("i",) if get_origin(field.annotation) is tuple else ()
        for inner in _models(field.annotation):
            yield from _paths(inner, (*path, *entry))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _value(values: Any, path: Path) -> Any:
    """The value at a path of a configuration that may be malformed; None where there is none."""
    for part in path:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return None
    return values


def _text(path: Path) -> str:
    text = ""
    for part in path:
        index = isinstance(part, int) or part == "i"
        text += f"[{part}]" if index else f".{part}" if text else str(part)
    return text
