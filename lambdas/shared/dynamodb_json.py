"""DynamoDB's JSON, to Python values and back: the types that the table's items have.

What boto3's TypeSerializer and TypeDeserializer do, without boto3's resource layer, whose import is
a fifth of a cold start; and whole numbers are int.
Source: DynamoDB API reference, "AttributeValue".
"""

from collections.abc import Mapping
from typing import Any


def to_json(value: Any) -> dict[str, Any]:
    """A value as DynamoDB's JSON.

    Raises:
        TypeError: no item of the table has values of this type.
    """
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
    """Values by their names, such as an item's attributes, each as DynamoDB's JSON.

    Raises:
        TypeError: no item of the table has values of the type of one of these.
    """
    return {name: to_json(value) for name, value in values.items()}


def from_json(value: Mapping[str, Any]) -> Any:
    """The value that DynamoDB's JSON says; what somebody else added stays what it is."""
    ((name, content),) = value.items()
    if name == "N":
        return int(content) if content.lstrip("-").isdecimal() else float(content)
    if name == "M":
        return values_from_json(content)
    if name == "L":
        return [from_json(each) for each in content]
    return None if name == "NULL" else content


def values_from_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that DynamoDB's JSON says, by their names."""
    return {name: from_json(value) for name, value in values.items()}
