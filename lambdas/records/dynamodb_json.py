"""Python values to DynamoDB's JSON and back, for the types that the table's items have.

It replaces boto3's TypeSerializer and TypeDeserializer: importing boto3's resource layer takes a
fifth of a cold start. Whole numbers are int.
Source: DynamoDB API reference, "AttributeValue".
"""

from collections.abc import Mapping
from typing import Any


def to_json(value: Any) -> dict[str, Any]:
    """Return a value as DynamoDB's JSON; raise TypeError if no item has values of its type."""
    for type_, name in ((bool, "BOOL"), (str, "S"), (bytes, "B")):  # a bool is an int as well
        if isinstance(value, type_):
            return {name: value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, Mapping):
        return {"M": values_to_json(value)}
    if isinstance(value, list | tuple):
        return {"L": [to_json(each) for each in value]}
    if value is None:
        return {"NULL": True}
    raise TypeError(f"no item of the table has a {type(value).__name__}")


def values_to_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return named values, such as an item's attributes, each as DynamoDB's JSON."""
    return {name: to_json(value) for name, value in values.items()}


def from_json(value: Mapping[str, Any]) -> Any:
    """Return the value in DynamoDB's JSON; types that the table does not use stay as they are."""
    ((name, content),) = value.items()
    if name == "N":
        return int(content) if content.lstrip("-").isdecimal() else float(content)
    if name == "M":
        return values_from_json(content)
    if name == "L":
        return [from_json(each) for each in content]
    return None if name == "NULL" else content


def values_from_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return named values from DynamoDB's JSON."""
    return {name: from_json(value) for name, value in values.items()}
