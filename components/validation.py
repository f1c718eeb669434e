"""What pydantic finds wrong with settings, in the words of configuration."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .configuration_errors import Problem, did_you_mean, nearest_names, path_text, set_command
from .provider_settings import PROVIDER_KEYS
from .secret_settings import SECRET_MAPS, is_secret

# Where pydantic's own words are not those of configuration.
_CLEARER = {
    "missing": "is required",
    **dict.fromkeys(("too_short", "string_too_short"), "must not be empty"),
    "tuple_type": "must be a list",
    **dict.fromkeys(("dict_type", "model_type"), "must be a map"),
    "string_type": "must be text",
    "bool_type": "must be true or false",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "must be a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "must be a number"),
}
_ABSENT = {"missing", "too_short", "string_too_short"}
_SHAPES = {"tuple_type", "dict_type", "model_type"}
_SECRETS = {secret_map.key for secret_map in SECRET_MAPS}
_Model = TypeVar("_Model", bound=BaseModel)


def validated(
    model: type[_Model], values: Mapping[str, Any]
) -> tuple[_Model | None, list[Problem]]:
    """Return what `values` are as `model` describes them, or None, and what is wrong with them."""
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
    inner = {each["loc"][:depth] for each in errors for depth in range(1, len(each["loc"]))}
    # pydantic leaves wrong entries out of a list, and then finds the list too short.
    return None, [
        _problem(each, model)
        for each in errors
        if not (each["type"] == "too_short" and each["loc"] in inner)
    ]


def setting_paths(model: type[BaseModel], place: str = "") -> Iterator[str]:
    """The path of each setting, with `[i]` for the index of a list's entry."""
    for field in model.model_fields.values():
        path = f"{place}{field.alias}" + ("[i]" if get_origin(field.annotation) is tuple else "")
        yield path
        for inner in _models(field.annotation):
            yield from setting_paths(inner, f"{path}.")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _problem(details: ErrorDetails, model: type[BaseModel]) -> Problem:
    if details["type"] == "extra_forbidden":
        return _unknown(details["loc"], model)
    key = path_text(details["loc"])
    absent = details["type"] in _ABSENT and details["loc"][0] not in _SECRETS
    return Problem(key, _what(details), set_command(_first_value(key, model)) if absent else "")


def _what(details: ErrorDetails) -> str:
    kind, given, top = details["type"], details["input"], str(details["loc"][0])
    minimum = details.get("ctx", {}).get("min_length", 0)
    if minimum > 1:
        return f"must have at least {minimum} characters"
    what = _CLEARER.get(kind) or re.sub(
        r"^\w+ should(.*?)( after validation.*)?$", r"must\1", details["msg"]
    )
    if kind in _SHAPES and isinstance(given, str) and given.startswith(("[", "{")):
        return f"{what}, and is not valid JSON"
    hidden = kind in _ABSENT or top in _SECRETS or is_secret(top) or isinstance(given, bool)
    if hidden or not isinstance(given, str | int | float):
        return what
    shown = repr(given)
    return f"is {shown if len(shown) < 100 else shown[:100] + '…'}: it {what}"


def _first_value(key: str, model: type[BaseModel]) -> str:
    """Where the first value of a missing setting goes: a list or a map is not set as a whole."""
    place = found = _of_any_entry(key)
    for path in setting_paths(model):
        if path.startswith((f"{found}.", f"{found}[")):
            found = path
    return key + found.removeprefix(place).replace("[i]", "[0]")


def _unknown(location: tuple[int | str, ...], model: type[BaseModel]) -> Problem:
    """A key that is no setting: one next to it may have been meant, or one in another place."""
    key, name, what = path_text(location), str(location[-1]), "is not a setting"
    if key in PROVIDER_KEYS:
        return Problem(key, what, meant=f"aws:{key}")
    paths = [path.removesuffix("[i]").rpartition(".") for path in setting_paths(model)]
    nearest = nearest_names(name, {path[-1] for path in paths})[:1]
    meant = [path for path in paths if path[-1] in nearest]
    place = _of_any_entry(path_text(location[:-1]))
    if any(path[0] == place for path in meant):
        return Problem(key, what, meant=path_text((*location[:-1], *nearest)))
    return Problem(key, what + did_you_mean(["".join(path) for path in meant[:3]]))


def _of_any_entry(key: str) -> str:
    return re.sub(r"\[\d+\]", "[i]", key)
