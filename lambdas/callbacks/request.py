"""A callback's request: the organization ID of its path, its query parameters, its body."""

import base64
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from ..shared.errors import InvalidParameterError
from ..shared.text import is_text


@dataclass(frozen=True)
class CallbackRequest:
    """One request of a callback URL.

    Attributes:
        organization_id: the path's first segment, as it came.
        request_id: API Gateway's id of the request, shown to people and in the logs.
        domain_name: the host that was called, as API Gateway names it.
        arrived_at: when the function got it, in epoch seconds.
        query: every parameter with all its values, in order.
        headers: by their names in lower case, as API Gateway sends them.
    """

    organization_id: str
    request_id: str
    domain_name: str
    arrived_at: int
    query: Mapping[str, Sequence[str]] = field(repr=False)
    headers: Mapping[str, object] = field(repr=False)
    _body: str = field(repr=False)
    _body_is_base64: bool

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> "CallbackRequest":
        """Read an API Gateway HTTP API event (payload format 2.0).

        A value that is missing or of another type is read as empty. So is a request ID that is not
        text, because every answer contains it. `queryStringParameters` would join the values of a
        repeated parameter with commas, so the raw query string is parsed.
        """
        request_id = _text(event, "requestContext", "requestId")
        headers = _found(event, "headers")
        return cls(
            organization_id=_text(event, "pathParameters", "organization_id"),
            domain_name=_text(event, "requestContext", "domainName"),
            arrived_at=int(time.time()),
            request_id=request_id if is_text(request_id) else "",
            query=parse_qs(_text(event, "rawQueryString"), keep_blank_values=True),
            headers=headers if isinstance(headers, Mapping) else {},
            _body=_text(event, "body"),
            _body_is_base64=_found(event, "isBase64Encoded") is True,
        )

    def body(self) -> bytes:
        """Return the body as it was sent, byte for byte; a malformed encoding is read as empty."""
        if not self._body_is_base64:
            return self._body.encode(errors="surrogatepass")
        try:
            return base64.b64decode(self._body, validate=True)
        except ValueError:
            return b""

    def required(self, name: str) -> str:
        """Return the parameter's value.

        Raises:
            InvalidParameterError: it is missing, empty, given more than once, or not text.
        """
        values = self.query.get(name, ())
        if len(values) > 1:
            raise InvalidParameterError(name, problem="is given more than once")
        if not values or not values[0]:
            raise InvalidParameterError(name, problem="is missing")
        if not is_text(values[0]):
            raise InvalidParameterError(name, problem="is not text")
        return values[0]

    def has(self, name: str) -> bool:
        """Return whether the parameter is there, with or without a value."""
        return name in self.query


def _found(event: object, *path: str) -> object:
    """Return the value at a path of an event, or None."""
    for name in path:
        event = event.get(name) if isinstance(event, Mapping) else None
    return event


def _text(event: object, *path: str) -> str:
    found = _found(event, *path)
    return found if isinstance(found, str) else ""
