"""Writes the reference pages: the commands, the IAM permissions and the package's inputs.

Run it after you change one of them: `python -m tests.docs.reference`. The text above the first
generated heading of a page is written by hand.
"""

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import yaml

from ops.app import app
from ops.version import COMMAND, PROGRAM
from tests.documents import ROOT

# What differs between stacks, in the names of resources.
_SHORTER = {
    r"arn:aws:(\w*):[\w-]*:\d+:": r"arn:…:\1:",
    r"key/[0-9a-f-]{36}": "key/KEY_ID",
    r"bigcommerce([-/])test": r"bigcommerce\1dev",
}
Schema = dict[str, Any]
_POLICY = re.compile(r"aws:iam/(?:rolePolicy:RolePolicy|policy:Policy)::(.*)")


def written() -> dict[Path, str]:
    """Return the text of each page by its path."""
    sections = (
        ("commands", COMMAND, _commands()),
        ("iam", "Permissions of each role", _permissions()),
        ("package", "Inputs", _inputs()),
    )
    pages = {}
    for name, heading, generated in sections:
        page = ROOT / f"docs/{name}.md"
        before = page.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[0].rstrip()
        pages[page] = f"{before}\n\n## {heading}\n\n{generated.strip()}\n"
    return pages


def _commands() -> str:
    text = app.generate_docs(usage_name=COMMAND, heading_level=2)
    text = re.sub(r"#+ Table of Contents\n.*?\n(?=\*\*)", "", text, flags=re.DOTALL)
    text = text.replace(PROGRAM, COMMAND).replace("python-m-ops", COMMAND)
    text = re.sub(r" -m \S+", "", text)  # Python's own arguments, in the usage
    return text.partition(f"## {COMMAND}\n")[2]


def _permissions() -> str:
    text = (ROOT / "tests/permissions.yaml").read_text(encoding="utf-8")
    for pattern, shown in _SHORTER.items():
        text = re.sub(pattern, shown, text)
    granted = yaml.safe_load(text)
    texts = [
        "A stack with every setting gives its functions' roles these permissions. Two policies are "
        "for your own roles. `…` stands for the partition, the region and the account."
    ]
    texts += _policies(granted["largest stack"])
    texts += ["## Permissions of CI's roles", "The bootstrap program creates these policies:"]
    texts += _policies({key: value for key, value in granted["bootstrap"].items() if "dev" in key})
    return "\n\n".join(texts)


def _policies(granted: dict[str, Any]) -> Iterator[str]:
    for address, inputs in granted.items():
        if named := _POLICY.search(address):
            statements = inputs["policy"]["Statement"]
            rows = map(_row, statements if isinstance(statements, list) else [statements])
            head = "| Actions | Resources | Condition |\n| --- | --- | --- |\n"
            yield f"### {named[1]}\n\n{head}{''.join(rows)}".rstrip()


def _row(statement: dict[str, Any]) -> str:
    conditions = [
        f"{operator} {key}: {', '.join(_texts(value))}"
        for operator, keys in statement.get("Condition", {}).items()
        for key, value in keys.items()
    ]
    cells = (_texts(statement["Action"]), _texts(statement["Resource"]), conditions)
    return f"| {' | '.join('<br>'.join(f'`{each}`' for each in cell) for cell in cells)} |\n"


def _texts(value: Any) -> list[str]:
    return [str(each) for each in (value if isinstance(value, list) else [value])]


def _inputs() -> str:
    schema = json.loads((ROOT / "package/schema.json").read_text(encoding="utf-8"))
    (component,) = schema["resources"].values()
    types = {token.rpartition(":")[2]: each for token, each in schema["types"].items()}
    texts = [_table(component["inputProperties"], component["requiredInputs"], types)]
    queue = _used(component["inputProperties"])
    for name in queue:
        if "properties" in types[name]:
            inner = types[name]["properties"]
            queue += [each for each in dict.fromkeys(_used(inner)) if each not in queue]
            texts += [f"### {name}", types[name]["description"]]
            texts.append(_table(inner, types[name].get("required", ()), types))
    return "\n\n".join(texts)


def _used(properties: Schema) -> list[str]:
    return re.findall(r"#/types/\w+:\w+:(\w+)", json.dumps(properties))


def _table(properties: Schema, required: Collection[str], types: Schema) -> str:
    rows = [
        f"| `{name}` | {_type(each, types)} | {_default(name, each, required)} "
        f"| {_may_be_an_output(each, types)} | {each['description']} |\n"
        for name, each in properties.items()
    ]
    head = (
        "| Input | Type | Default | May be an output | Meaning |\n| --- | --- | --- | --- | --- |\n"
    )
    return (head + "".join(rows)).rstrip()


def _may_be_an_output(schema: Schema, types: Schema) -> str:
    """Return "see below" if only fields of its type can be outputs."""
    if schema.get("plain"):
        return "no"
    fields = (each for name in _used(schema) for each in types[name].get("properties", {}).values())
    return "yes" if all(each.get("plain") for each in fields) else "see below"


def _type(schema: Schema, types: Schema) -> str:
    if reference := schema.get("$ref"):
        name = reference.rpartition(":")[2]
        choices = [f"`{each['value']}`" for each in types[name].get("enum", ())]
        return " or ".join(choices) or f"[{name}](#{name.lower()})"
    if schema["type"] == "array":
        return f"list of {_type(schema['items'], types)}"
    if inner := schema.get("additionalProperties"):
        return f"map of {_type(inner, types)}{', secret' * bool(schema.get('secret'))}"
    return str(schema["type"])


def _default(name: str, schema: Schema, required: Collection[str]) -> str:
    if name in required:
        return "required"
    return f"`{json.dumps(schema['default'])}`" if "default" in schema else "none"


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
