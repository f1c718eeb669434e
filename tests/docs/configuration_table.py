"""Writes each program's table of settings and `config:` block of Pulumi.yaml from its model.

Run it after you change a model: `python -m tests.docs.configuration_table`.
"""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import bootstrap.settings
from components.settings.checks import class_in
from components.settings.model import Settings
from tests.documents import ROOT

# Each model, with the document that has its table and the project that declares its settings.
PROGRAMS: tuple[tuple[type[BaseModel], str, str], ...] = (
    (Settings, "docs/configuration.md", "Pulumi.yaml"),
    (bootstrap.settings.Settings, "docs/ci-github.md", "bootstrap/Pulumi.yaml"),
)
_HEAD = "| Key | Meaning | Default | Example |\n| --- | --- | --- | --- |\n"


def setting_fields(
    model: type[BaseModel], place: str = "", within: str = ""
) -> Iterator[tuple[str, FieldInfo, str]]:
    """Return each setting's path and field, and the optional setting that contains it.

    `[i]` stands for an index.
    """
    for field in model.model_fields.values():
        path = place + str(field.alias)
        if inner := class_in(field.annotation, BaseModel):
            optional = field.get_default(call_default_factory=True) is None
            entry = "[i]" if get_origin(field.annotation) is tuple else ""
            yield from setting_fields(inner, f"{path}{entry}.", str(field.alias) * optional)
        else:
            is_map = get_origin(field.annotation) is dict
            yield f"{path}.ORGANIZATION_ID" if is_map else path, field, within


def table(model: type[BaseModel]) -> str:
    """Return a table of every setting: key, meaning, default and example."""
    rows = []
    for key, field, within in setting_fields(model):
        (example,) = field.examples or [None]
        example = next(iter(example.values())) if isinstance(example, dict) else example
        default = field.get_default(call_default_factory=True)
        required = "required" + (f" with `{within}`" if within else "")
        cells = (required if field.is_required() else _code(default), _code(example))
        rows.append(f"| `{key}` | {field.description} | {' | '.join(cells)} |\n")
    return _HEAD + "".join(rows)


def declarations(model: type[BaseModel]) -> dict[str, Any]:
    """Return the keys that Pulumi.yaml declares. A setting without a default is empty there."""
    schema = model.model_json_schema(by_alias=True)["properties"]
    declared = {}
    for field in model.model_fields.values():
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


def written() -> dict[Path, str]:
    """Return each file that is generated in part, with its text."""
    files = {}
    for model, document, project in PROGRAMS:
        text = (ROOT / document).read_text(encoding="utf-8")
        found = re.search(r"( *)\| Key \| Meaning .*\n( *\|.*\n)*", text)
        assert found, document
        rows = textwrap.indent(table(model), found[1])
        files[ROOT / document] = text[: found.start()] + rows + text[found.end() :]
        head, _, _ = (ROOT / project).read_text(encoding="utf-8").partition("\nconfig:\n")
        config = yaml.safe_dump({"config": declarations(model)}, sort_keys=False, width=100)
        files[ROOT / project] = f"{head}\n{config}"
    return files


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
