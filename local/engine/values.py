"""Input values as the Pulumi SDK hands them over, made plain: no secret wrappers, no archives."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi

from local.engine.errors import EngineError

# How the Pulumi protocol marks a secret value inside a property map.
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"


def plain(value: Any) -> Any:
    """Return a value as JSON has it: secrets unwrapped, whole numbers as `int`.

    A `FileArchive` of a zip file becomes `{"path": ..., "sha256": ...}`, so that comparing two
    values compares the archives' content. Raises `EngineError` for any other asset or archive.
    """
    match value:
        case {"value": wrapped} if is_secret(value):
            return plain(wrapped)
        case Mapping():
            return {key: plain(item) for key, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case pulumi.Asset() | pulumi.Archive():
            return _archive(value)
        case _:
            return value


def is_secret(value: Any) -> bool:
    """Tell whether a value is wrapped as a secret."""
    return isinstance(value, Mapping) and value.get(_SIGNATURE) == _SECRET


def _archive(value: pulumi.Asset | pulumi.Archive) -> dict[str, str]:
    if not isinstance(value, pulumi.FileArchive):
        raise EngineError(f"the embedded engine takes a FileArchive, not a {type(value).__name__}")
    path = Path(value.path).resolve()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EngineError(f"cannot read the archive {path}: {error.strerror}") from error
    return {"path": str(path), "sha256": hashlib.sha256(content).hexdigest()}
