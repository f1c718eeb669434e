"""What pydantic finds wrong with settings, in the words of configuration, with its remedy."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from registration.portal.value_types import ORGANIZATION_ID

from .configuration_errors import (
    Problem,
    did_you_mean,
    example,
    in_stack_file,
    nearest_names,
    remove_command,
    set_command,
    set_secret_command,
)
from .secret_settings import SECRET_MAPS, is_secret
from .setting_paths import (
    ANY_ENTRY,
    Location,
    alike_parts,
    first_value,
    path_text,
    setting_paths,
)

# By pydantic's type of error, since its own words are a library's.
_WORDS = {
    "missing": "is required",
    "too_short": "must not be empty",
    "too_long": "must have at most {max_length} entries",
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
    renamed = {_meant(each["loc"], model) for each in errors if each["type"] == "extra_forbidden"}
    # pydantic leaves wrong entries out of a list, and then finds the list too short. And what is
    # missing under its right name may be there under another.
    problems = [
        _unknown(each["loc"], each["input"], values, model)
        if each["type"] == "extra_forbidden"
        else _problem(each, model)
        for each in errors
        if not (each["type"] == "too_short" and each["loc"] in inner)
        and not (each["type"] == "missing" and each["loc"] in renamed)
    ]
    return _in_order_of_remedies(problems)


def _in_order_of_remedies(problems: list[Problem]) -> list[Problem]:
    """Entries are removed after all else and the last one first, since later ones then move up."""
    removals = [
        problem
        for problem in problems
        if re.search(r"\[\d+\]$", problem.key) and problem.remedy == remove_command(problem.key)
    ]
    return [problem for problem in problems if problem not in removals] + removals[::-1]


def _problem(details: ErrorDetails, model: type[BaseModel]) -> Problem:
    key = path_text(details["loc"])
    context = details.get("ctx", {})
    if key in _SECRETS:
        remedy = f"{remove_command(key)}\n{set_secret_command(f'{key}.ORGANIZATION_ID')}"
        return Problem(key, "must be a map of organization id to secret", remedy)
    if details["loc"][0] in _SECRETS:
        return Problem(key, _what_of_secret(details), set_secret_command(key))
    if details["type"] in _SHAPES:
        return Problem(key, _WORDS[details["type"]], _reshaped(details, model))
    if details["type"] == "too_long":
        remedy = in_stack_file(f"keep {context['max_length']} of them")
        return Problem(key, _what(details), remedy)
    if "remove" in context:
        return Problem(key, _what(details), remove_command(key + context["remove"]))
    first = path_text(first_value(details["loc"], model))
    return Problem(key, _what(details), set_command(first, context.get("suggestion")))


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


def _reshaped(details: ErrorDetails, model: type[BaseModel]) -> str:
    """The remedy of a value in a wrong shape, which keeps what is in it."""
    location, given = details["loc"], details["input"]
    key, is_list = path_text(location), details["type"] == "tuple_type"
    if isinstance(given, dict | list) and given:
        if not is_list:
            return in_stack_file("write it as a map: a name and its value on each line, no dash")
        return in_stack_file(
            f"write it as a list: a dash before each entry, as in - {_entry(location, model)}"
        )
    if not is_list:
        # One number where each part has one.
        parts = alike_parts(location, model) if re.fullmatch(r"[1-9]\d*", str(given)) else []
        return "\n".join([remove_command(key), *_set_each(parts, str(given))])
    first = first_value(location, model)
    # One entry where a list belongs; where the entries are maps, one is more than a word.
    shown = isinstance(first[-1], int) and not isinstance(given, bool) and given
    only = str(given) if shown and not is_secret(str(location[0])) else None
    return f"{remove_command(key)}\n{set_command(path_text(first), only)}"


def _entry(location: Location, model: type[BaseModel]) -> str:
    """How an entry of a list begins in the stack's file."""
    first = first_value(location, model)
    value = example(path_text(first))
    return value if isinstance(first[-1], int) else f"{first[-1]}: {value}"


def _unknown(
    location: Location, given: Any, values: Mapping[str, Any], model: type[BaseModel]
) -> Problem:
    """A key that is no setting: it is moved to the one that was meant, if that can be told."""
    key, what = path_text(location), "is not a setting"
    sibling = _meant(location, model)
    if sibling is not None:
        moved = _moved(location, sibling, given, values, model)
        return Problem(key, what + did_you_mean([str(sibling[-1])]), moved)
    nearest = _nearest(location, model)
    meant = [path for path in setting_paths(model) if path[-1] in nearest]
    if not meant:
        return Problem(key, what, remove_command(key))
    elsewhere = [path_text(path) for path in meant]
    if len(meant) > 1 and all(path[:-2] == location[:-1] for path in meant):
        free = [path for path in meant if _value(values, path) is None]
        what = f"is set for each of these: {', '.join(elsewhere)}"
        return Problem(key, what, _shared_out(key, given, free))
    what += did_you_mean(elsewhere)
    if elsewhere[0] in _SECRETS:
        id_ = str(_value(values, (*location[:-1], "organizationId")) or "ORGANIZATION_ID")
        if not re.fullmatch(ORGANIZATION_ID, id_):
            id_ = "ORGANIZATION_ID"
        return Problem(key, what, _set_anew(key, f"{elsewhere[0]}.{id_}"))
    return Problem(key, what, in_stack_file(f"move its value to {' or '.join(elsewhere)}"))


def _nearest(location: Location, model: type[BaseModel]) -> list[str]:
    """The known name that is most like that of a key, if one is."""
    names = {str(path[-1]) for path in setting_paths(model)}
    return nearest_names(str(location[-1]), names, cutoff=_MISSPELLED)[:1]


def _meant(location: Location, model: type[BaseModel]) -> Location | None:
    """The setting beside a key that was meant by it, if there is one."""
    place = tuple(ANY_ENTRY if isinstance(part, int) else part for part in location[:-1])
    for name in _nearest(location, model):
        if (*place, name) in setting_paths(model):
            return (*location[:-1], name)
    return None


def _moved(
    location: Location,
    meant: Location,
    given: Any,
    values: Mapping[str, Any],
    model: type[BaseModel],
) -> str:
    """The remedy of a misspelled key: its value goes to the key that was meant."""
    key = path_text(location)
    if _value(values, meant) is not None:
        return remove_command(key)
    if meant[0] in _SECRETS and not isinstance(given, dict):
        return _set_anew(key, f"{meant[0]}.ORGANIZATION_ID")
    text = _word(given)
    if text is not None and meant[0] not in _SECRETS:
        first = path_text(first_value(meant, model))
        return f"{set_command(first, text)}\n{remove_command(key)}"
    return in_stack_file(f"rename {key} to {meant[-1]}")


def _shared_out(key: str, given: Any, parts: Sequence[Location]) -> str:
    """The remedy of one value that several settings are to have."""
    text = _word(given)
    if text is None:
        return in_stack_file("move its value to each of them")
    return "\n".join([*_set_each(parts, text), remove_command(key)])


def _set_each(parts: Sequence[Location], text: str) -> list[str]:
    return [set_command(path_text(path), text) for path in parts]


def _word(given: Any) -> str | None:
    """A value as a command may show it; another may be a secret in a wrong place, or longer."""
    text = str(given).lower() if isinstance(given, bool) else str(given)
    return text if re.fullmatch(r"true|false|\d+(\.\d+)?", text) else None


def _set_anew(key: str, secret_key: str) -> str:
    return f"{set_secret_command(secret_key)}\n{remove_command(key)}"


def _value(values: Any, path: Location) -> Any:
    """The value at a path of a configuration that may be malformed; None where there is none."""
    for part in path:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return None
    return values
