"""Writes docs/configuration.md's table and Pulumi.yaml's `config:` block from the settings' model.

Run it after a change of the model: `python -m tests.docs.configuration_table`.
"""

import re
from collections.abc import Iterator
from typing import Any, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from components.settings.checks import model_in
from components.settings.model import Settings
from tests.documents import ROOT

TABLE = ROOT / "docs/configuration.md"
PROJECT = ROOT / "Pulumi.yaml"
_HEAD = "| Key | Meaning | Default | Example |\n| --- | --- | --- | --- |\n"


def setting_fields(
    model: type[BaseModel], place: str = "", within: str = ""
) -> Iterator[tuple[str, FieldInfo, str]]:
    """The path and field of each setting, and the optional setting that it is part of.

    `[i]` stands for the index of a list's entry.
    """
    for field in model.model_fields.values():
        path = place + str(field.alias)
        if inner := model_in(field.annotation):
            optional = field.get_default(call_default_factory=True) is None
            entry = "[i]" if get_origin(field.annotation) is tuple else ""
            yield from setting_fields(inner, f"{path}{entry}.", str(field.alias) * optional)
        else:
            is_map = get_origin(field.annotation) is dict
            yield f"{path}.ORGANIZATION_ID" if is_map else path, field, within


def table() -> str:
    """Every setting: key, meaning, default, and example."""
    rows = []
    for key, field, within in setting_fields(Settings):
        (example,) = field.examples or [None]
        example = next(iter(example.values())) if isinstance(example, dict) else example
        default = field.get_default(call_default_factory=True)
        required = "required" + (f" with `{within}`" if within else "")
        cells = (required if field.is_required() else _code(default), _code(example))
        rows.append(f"| `{key}` | {field.description} | {' | '.join(cells)} |\n")
    return _HEAD + "".join(rows)


def declarations() -> dict[str, Any]:
    """The keys that Pulumi.yaml declares. An absent setting is an empty value there."""
    schema = Settings.model_json_schema(by_alias=True)["properties"]
    declared = {}
    for field in Settings.model_fields.values():
        kind = _kind(schema[str(field.alias)])
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        if isinstance(default, BaseModel):
            default = default.model_dump(mode="json", by_alias=True, exclude_none=True)
        if default is None:
            default = {"array": [], "object": {}, "string": ""}[kind]
        declared[str(field.alias)] = {
            "type": kind,
            **({"items": {"type": "object"}} if kind == "array" else {}),
            "description": str(field.description).replace("`", ""),
            "default": default,
        }
    return declared


def _kind(schema: dict[str, Any]) -> str:
    """The type of a setting; another model is an object, and null is left out."""
    choices = [each for each in schema.get("anyOf", []) if each.get("type") != "null"]
    return str(_kind(choices[0]) if choices else schema.get("type", "object"))


def _code(value: Any) -> str:
    if value in (None, (), {}):
        return "none"
    values = value if isinstance(value, tuple | list) else (value,)
    texts = (str(each).lower() if isinstance(each, bool) else str(each) for each in values)
    return ", ".join(f"`{text}`" for text in texts)


def written() -> dict[Any, str]:
    """Each file that is generated in part, as it must be."""
    before, _, after = TABLE.read_text(encoding="utf-8").partition("| Key | Meaning |")
    rest = re.sub(r"\A.*\n(\|.*\n)*", "", after)
    project, _, _ = PROJECT.read_text(encoding="utf-8").partition("\nconfig:\n")
    config = yaml.safe_dump({"config": declarations()}, sort_keys=False, width=100)
    return {TABLE: before + table() + rest, PROJECT: f"{project}\n{config}"}


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
