"""The functions' log: JSON lines, which name the organization and the store once they are known.

A line has `level`, `message`, `timestamp` (ISO 8601, UTC) and `service`, the appended keys, and the
line's own fields. Values that are None are left out. A metric is a line in CloudWatch's embedded
metric format.
"""

import json
import logging
import os
import time
import traceback
from datetime import UTC, datetime
from typing import Any

from . import aws
from .deadline import DeadlineExceededError
from .errors import CallbackError

NAMESPACE = "BigCommerceApp"
# Counts installations and loads. `bigcommerce-backend check` causes neither: it has no code and no
# installed store.
INSTALLED_OR_OPENED = "InstalledOrOpened"

# JSON escapes to ASCII, so any text can be written.
_encode = json.JSONEncoder(separators=(",", ":"), default=str).encode


class Logger:
    """Writes lines to standard output, which Lambda takes to CloudWatch Logs."""

    def __init__(self) -> None:
        self._keys: dict[str, Any] = {}

    def append_keys(self, **keys: Any) -> None:
        """Put these into each line from now on."""
        self._keys |= keys

    def remove_keys(self) -> None:
        """Leave them out again."""
        self._keys.clear()

    def info(self, message: str, **fields: Any) -> None:
        """Log what happened."""
        self._write("INFO", message, fields)

    def warning(self, message: str, **fields: Any) -> None:
        """Log what an operator should look at some day."""
        self._write("WARNING", message, fields)

    def error(self, message: str, **fields: Any) -> None:
        """Log what an operator should look at now."""
        self._write("ERROR", message, fields)

    def _write(self, level: str, message: str, fields: dict[str, Any]) -> None:
        line = {
            "level": level,
            "message": message,
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "service": _service(),
            **self._keys,
            **fields,
        }
        _print({name: value for name, value in line.items() if value is not None})


logger = Logger()

# urllib3 quotes whole URLs in its warnings, and a URL of Rutter's API has a token in its query.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)


def count(*names: str) -> None:
    """Count one under each of these names, as a metric of the service."""
    metrics = {
        "Namespace": NAMESPACE,
        "Dimensions": [["service"]],
        "Metrics": [{"Name": name, "Unit": "Count"} for name in names],
    }
    described = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [metrics]}
    _print({"_aws": described, "service": _service(), **dict.fromkeys(names, 1)})


def reason_of(error: BaseException) -> str:
    """Return why something failed, without an error's text: that may quote a token."""
    if isinstance(error, CallbackError):
        return error.reason
    if isinstance(error, (*aws.CALL_ERRORS, DeadlineExceededError)):
        return aws.failure_reason(error)
    return error_location(error)


def error_location(defect: BaseException) -> str:
    """A defect's type and place, without its text: that may quote a token or a payload."""
    frames = traceback.extract_tb(defect.__traceback__)
    places = ", ".join(f"{frame.name}:{frame.lineno}" for frame in frames)
    return f"{type(defect).__name__} in {places}"


def _service() -> str | None:
    return os.environ.get("SERVICE_NAME")


def _print(line: dict[str, Any]) -> None:
    print(_encode(line), flush=True)  # noqa: T201
