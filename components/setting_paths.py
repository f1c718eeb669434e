"""Where each setting is, as the model of the configuration has it."""

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel

Location = tuple[int | str, ...]
"""Where a value is: names, and indices of lists' entries."""
ANY_ENTRY = -1


def setting_paths(model: type[BaseModel], place: Location = ()) -> Iterator[Location]:
    """Where each setting is, with `ANY_ENTRY` for the index of a list's entry."""
    for field in model.model_fields.values():
        path = (*place, str(field.alias))
        yield path
        entry = (ANY_ENTRY,) if _is_list(field.annotation) else ()
        for inner in _models(field.annotation):
            yield from setting_paths(inner, (*path, *entry))


def first_value(path: Location, model: type[BaseModel]) -> Location:
    """Where the first value of a setting goes: a list or a map is not set as a whole."""
    return (*path, *_start(_annotation(path, model)))


def alike_parts(path: Location, model: type[BaseModel]) -> list[Location]:
    """The settings of a map whose settings all have one type; none of another."""
    parts = [each for each in setting_paths(model) if each[:-1] == path]
    kinds = [_annotation(each, model) for each in parts]
    return parts if all(kind == kinds[0] for kind in kinds) else []


def has_parts(annotation: Any) -> bool:
    """Whether a setting of a type is a list or a map, with values of its own."""
    return _is_list(annotation) or any(_models(annotation))


def path_text(path: Location) -> str:
    """A path as the Pulumi CLI reads it: a name with other characters stands in brackets."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += "[i]" if part == ANY_ENTRY else f"[{part}]"
        elif re.fullmatch(r"[\w-]+", part):
            text += f".{part}" if text else part
        else:
            escaped = part.replace('"', r"\"")
            text += f'["{escaped}"]'
    return text


def _annotation(path: Location, model: type[BaseModel]) -> Any:
    """The type of what is at a path; None where the model knows none."""
    found: Any = model
    for part in path:
        if isinstance(part, int):
            found = get_args(found)[0] if _is_list(found) else None
        else:
            fields = [each for inner in _models(found) for each in inner.model_fields.values()]
            found = next((each.annotation for each in fields if each.alias == part), None)
    return found


def _start(annotation: Any) -> Location:
    """What leads from a setting of a type to its first value: of a map, the first required one."""
    if _is_list(annotation):
        return (0, *_start(get_args(annotation)[0]))
    for inner in _models(annotation):
        for field in inner.model_fields.values():
            if field.is_required():
                return (str(field.alias), *_start(field.annotation))
    return ()


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is tuple


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
