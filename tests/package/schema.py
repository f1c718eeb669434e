"""Writes package/schema.json, the public interface of the component package.

Its inputs are the settings' model, its outputs the table of docs/outputs.md. Run it after a change
of either: `python -m tests.package.schema`.
"""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from components.settings.model import Settings
from package.provider import SCHEMA, TOKEN
from tests.documents import ROOT, code_spans, table

_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
_TEXT = {"type": "string"}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_TAB = f"{TOKEN.rpartition(':')[0]}:TechnicalTab"
_ANY = {"$ref": "pulumi.json#/Any"}
# Every other output is a text.
_OUTPUTS: dict[str, dict[str, Any]] = {
    "technicalTab": {"type": "object", "additionalProperties": {"$ref": f"#/types/{_TAB}"}},
    "registration": _ANY,
    "registeredUrls": {"type": "object", "additionalProperties": _TEXTS},
    "rutterWebhookUrls": _TEXTS,
    "installLinks": {"type": "object", "additionalProperties": _TEXTS},
    "credentialSecretArns": _TEXTS,
    "operations": _ANY,
}


def package_schema() -> dict[str, Any]:
    """The schema, as Pulumi's code generators read it."""
    settings = Settings.model_json_schema()
    types = _Types(settings["$defs"])
    inputs = types.properties(settings)
    outputs = {
        name: {"description": _plain(meaning), **_OUTPUTS.get(name, _TEXT)}
        for names, meaning in table("docs/outputs.md", "Output", "Meaning")
        for name in code_spans(names)
    }
    types.add_technical_tab(outputs)
    return {
        "name": TOKEN.partition(":")[0],
        "version": _PROJECT["version"],
        "description": _PROJECT["description"].removesuffix(", as a Pulumi program"),
        "license": _PROJECT["license"],
        # Otherwise the CLI names the SDK of a package from git after the repository's owner.
        "language": {
            "nodejs": {"packageName": "@pulumi/bigcommerce"},
            "python": {"packageName": "pulumi_bigcommerce"},
        },
        "keywords": ["pulumi", "category/cloud", "kind/component", "aws", "bigcommerce"],
        "config": {},
        "types": dict(sorted(types.declared.items())),
        "resources": {
            TOKEN: {
                "isComponent": True,
                "description": "The back end of a company's own BigCommerce apps. One per stack.",
                "inputProperties": inputs,
                "requiredInputs": settings["required"],
                "properties": outputs,
                "required": list(outputs),
            }
        },
    }


class _Types:
    """The schema's types, by token, from the definitions of a JSON schema."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self._definitions = definitions
        self.declared: dict[str, Any] = {}
        for name, definition in definitions.items():
            self.declared[_token(name)] = {
                "type": "object",
                "description": _plain(definition["description"]),
                "properties": self.properties(definition),
                **{key: definition[key] for key in ("required",) if key in definition},
            }

    def add_technical_tab(self, outputs: dict[str, Any]) -> None:
        """Declare an app's entry of the output `technicalTab`."""
        urls = (name for name in outputs if name.endswith("CallbackUrl"))
        properties = {
            **{name: {**_TEXT, "description": "The URL for the portal."} for name in urls},
            "multipleUsers": {"type": "boolean", "description": "Whether multiple users are on."},
            "scopes": {"type": "array", "items": _TEXT, "description": "As the portal names them."},
            "status": {**_TEXT, "description": "Status of the app's registration."},
        }
        self.declared[_TAB] = {
            "type": "object",
            "description": "What the developer portal's Technical tab takes.",
            "properties": properties,
            "required": list(properties),
        }

    def properties(self, definition: dict[str, Any]) -> dict[str, Any]:
        """Return the settings of a map; a default that is a list or a map is the provider's own."""
        return {
            name: {
                "description": _plain(self._referred(given)["description"])
                + (" By organization ID." if "additionalProperties" in given else ""),
                **self._type(given, name),
                **_default(given),
                **({"secret": True} if "'writeOnly': True" in str(given) else {}),
            }
            for name, given in definition["properties"].items()
        }

    def _type(self, given: dict[str, Any], name: str, *, late: bool = False) -> dict[str, Any]:
        """Return a setting's type: plain, unless another resource may give it or a part of it."""
        if "anyOf" in given:
            (given,) = [each for each in given["anyOf"] if each != {"type": "null"}]
        if "enum" in given:
            token = _token(name[0].upper() + name[1:])
            self.declared[token] = {**_TEXT, "enum": [{"value": each} for each in given["enum"]]}
            return {"$ref": f"#/types/{token}", "plain": True}
        if "$ref" in given:
            late = "'late': True" in str(self._referred({"$ref": given["$ref"]}))
            kind: dict[str, Any] = {"$ref": f"#/types/{_token(given['$ref'])}"}
        else:
            late = late or "late" in given
            kind = {"type": given["type"]}
        for inner in {"items", "additionalProperties"} & given.keys():
            kind[inner] = self._type(given[inner], name, late=late)
        return kind if late else {**kind, "plain": True}

    def _referred(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return a setting with what it lacks of its type's: pydantic leaves out an equal text."""
        definition = self._definitions.get(given.get("$ref", "").rpartition("/")[2], {})
        return {**definition, **given}


def _default(given: dict[str, Any]) -> dict[str, Any]:
    default = given.get("default")
    return {"default": default} if isinstance(default, str | int | float) else {}


def _token(name: str) -> str:
    return f"{TOKEN.rpartition(':')[0]}:{name.rpartition('/')[2].removesuffix('Settings')}"


def _plain(text: str) -> str:
    """A description without links, and without what concerns `pulumi config set`."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r" [^.]*--secret`?\.$", "", text)
    return f"{text[0].upper()}{text[1:].removesuffix('.')}."


def written() -> dict[Path, str]:
    """Return the file's text by its path."""
    return {SCHEMA: json.dumps(package_schema(), indent=2) + "\n"}


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
