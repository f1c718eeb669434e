"""Faults of the token endpoint, for tests to queue for its next answers.

A fault runs instead of the exchange of the code. If it never calls `exchange`, the code stays
unused and a second try can succeed. If it changes the answer, the code is used.
"""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from werkzeug import Response

Exchange = Callable[[], Response]
Fault = Callable[[Exchange], Response]


def status(code: int) -> Fault:
    """Answer with this status, such as 500 or 503, and exchange nothing."""
    return lambda _: Response('{"error": "temporarily_unavailable"}', code)


def rate_limited(retry_after: int) -> Fault:
    """Answer 429 with `Retry-After` in seconds, and exchange nothing."""
    return lambda _: Response(status=429, headers={"Retry-After": str(retry_after)})


def redirected(location: str) -> Fault:
    """Answer 302 to another address, and exchange nothing."""
    return lambda _: Response(status=302, headers={"Location": location})


def html(_: Exchange) -> Response:
    """Answer 200 with a web page, as a proxy can, and exchange nothing."""
    return Response("<!doctype html><title>Sign in</title>", content_type="text/html")


def reset(_: Exchange) -> Response:
    """Reset the connection, and exchange nothing."""
    raise ConnectionResetError


def slow(seconds: float) -> Fault:
    """Exchange the code, and answer only after `seconds`."""

    def fault(exchange: Exchange) -> Response:
        answer = exchange()
        time.sleep(seconds)
        return answer

    return fault


def byte_by_byte(seconds: float) -> Fault:
    """Exchange the code, and send the body a byte every `seconds`."""

    def slowly(body: bytes) -> Iterator[bytes]:
        for byte in body:
            time.sleep(seconds)
            yield bytes([byte])

    def fault(exchange: Exchange) -> Response:
        answer = exchange()
        answer.response = slowly(answer.data)  # its Content-Length stays
        return answer

    return fault


def truncated(exchange: Exchange) -> Response:
    """Exchange the code, and answer only the first half of the JSON."""
    answer = exchange()
    answer.data = answer.data[: len(answer.data) // 2]
    return answer


def without(name: str) -> Fault:
    """Exchange the code, and leave this field out of the answer."""
    return _changed(lambda content: {key: content[key] for key in content if key != name})


def with_fields(**fields: object) -> Fault:
    """Exchange the code, and answer other values, such as another `context` or fewer scopes."""
    return _changed(lambda content: content | fields)


def _changed(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Fault:
    def fault(exchange: Exchange) -> Response:
        answer = exchange()
        answer.data = json.dumps(change(answer.get_json()))
        return answer

    return fault
