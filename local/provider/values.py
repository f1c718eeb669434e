"""Property values: on the wire of the Pulumi protocol, and plain, for AWS calls.

On the wire a secret, an asset and an archive are objects with a signature. A value that a preview
does not know is the text `pulumi.runtime.rpc.UNKNOWN`. A value from the wire goes back unchanged,
so that an output keeps the type and the secrecy of its input.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct

Values = Mapping[str, Any]

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"
_ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
_ASSET = "c44067f5952c0a294b673a41bacd8c17"
_POLICIES = {"assumeRolePolicy", "policy"}
_JSON = _POLICIES | {"dashboardBody", "eventPattern", "redrivePolicy"}
_SETS = _POLICIES | {
    *("alarmActions", "attributes", "filterCriteria", "globalSecondaryIndexes", "okActions"),
    *("records", "routeSettings", "validationRecordFqdns"),
}


class ProviderError(Exception):
    """The provider or AWS failed. The message needs no traceback."""


@dataclass(frozen=True)
class Archive:
    """A zip file, or a folder to zip. Two archives are equal if their hashes are.

    The engine keeps only the hash (SHA-256 of the bytes) of an earlier archive, not its path.
    """

    hash: str
    path: str = field(compare=False)

    @property
    def content(self) -> bytes:
        """The zip file's bytes."""
        return _content(self.path)


def wire(values: Struct) -> dict[str, Any]:
    """Return the entries of a property map as JSON, with signed objects as they are."""
    return dict(MessageToDict(values))


def struct(values: Values) -> Struct:
    """Return the property map of a result of `wire`."""
    return ParseDict(values, Struct())


def plain(value: Any) -> Any:
    """Return a wire value without wrappers: secrets unwrapped, whole numbers as `int`.

    Raises `ProviderError` for an asset, and for an archive that is not a readable zip file.
    """
    match value:
        case Mapping() if is_secret(value):
            return plain(value["value"])
        case Mapping() if value.get(_SIGNATURE) in (_ARCHIVE, _ASSET):
            return _archive(value)
        case Mapping():
            return {name: plain(item) for name, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def hashed(value: Any) -> Any:
    """Return a wire value with the hash of every archive, for comparison."""
    match value:
        case Mapping() if value.get(_SIGNATURE) in (_ARCHIVE, _ASSET):
            return {**value, "hash": _archive(value).hash}
        case Mapping():
            return {name: hashed(item) for name, item in value.items()}
        case list():
            return [hashed(item) for item in value]
        case _:
            return value


def is_secret(value: Any) -> bool:
    """Return whether a wire value is a secret."""
    return isinstance(value, Mapping) and value.get(_SIGNATURE) == _SECRET


def secret_paths(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield path and plain value of each secret in a wire value, such as `tags.owner`, `ids[0]`."""
    if is_secret(value):
        yield path, plain(value)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from secret_paths(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from secret_paths(item, f"{path}[{index}]")


def changed(old: Values, new: Values) -> set[str]:
    """Return the names whose plain values differ in meaning; absent is a value too."""
    return {
        name
        for name in old.keys() | new.keys()
        if _meaning(name, old.get(name)) != _meaning(name, new.get(name))
    }


def _meaning(name: str, value: Any) -> Any:
    """Return a value without the spacing and order that the AWS provider ignores."""
    if name in _JSON:
        with suppress(TypeError, ValueError):  # not JSON
            value = json.loads(value)
    return _unordered(value) if name in _SETS else value


def _unordered(value: Any) -> Any:
    match value:
        case Mapping():
            return {name: _unordered(item) for name, item in value.items()}
        case [only]:  # in a policy the same as the one without the list
            return _unordered(only)
        case list():
            return sorted(map(_unordered, value), key=partial(json.dumps, sort_keys=True))
    return value


def _archive(value: Values) -> Archive:
    if value[_SIGNATURE] == _ASSET or not (value.get("path") or value.get("hash")):
        raise ProviderError("the embedded AWS takes a FileArchive here")
    path = value.get("path", "")
    return Archive(value.get("hash") or hashlib.sha256(_content(path)).hexdigest(), path)


def _content(path: str) -> bytes:
    try:
        return _zipped(Path(path)) if Path(path).is_dir() else Path(path).read_bytes()
    except OSError as error:
        raise ProviderError(f"cannot read the archive {path}: {error.strerror}") from error


def _zipped(folder: Path) -> bytes:
    """Zip a folder's files; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder).as_posix()
            archive.writestr(zipfile.ZipInfo(name), path.read_bytes())
    return buffer.getvalue()
