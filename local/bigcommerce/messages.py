"""HTTP requests and answers as plain values, apart from the server that carries them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


class NotFoundError(Exception):
    """Nothing is at the requested address; the message tells a person what is missing."""


@dataclass(frozen=True)
class Request:
    """A request that was received; `path` is decoded and without the query."""

    method: str
    path: str
    content_type: str = ""
    body: bytes = b""

    @property
    def segments(self) -> list[str]:
        """The parts of the path between its slashes; none for `/`."""
        return [segment for segment in self.path.split("/") if segment]

    @property
    def form(self) -> dict[str, str]:
        """The fields of an `application/x-www-form-urlencoded` body."""
        return dict(parse_qsl(self.body.decode(errors="replace")))


@dataclass(frozen=True)
class Response:
    """An answer to send: at once, or a byte every `seconds_per_byte`."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds_per_byte: float = 0


def json_answer(status: int, content: Mapping[str, Any]) -> Response:
    """`content` as a JSON body."""
    return Response(status, json.dumps(content).encode(), {"Content-Type": "application/json"})


def redirect(location: str) -> Response:
    """Send the browser to `location` with a GET, whatever it did before (303)."""
    return Response(303, headers={"Location": location})
