"""Ways in which the token endpoint can go wrong, to queue for its next answers.

A fault stands between the request and the exchange of the code. One that never calls `exchange`
leaves the code unused, so that a second try can succeed; one that spoils the answer leaves it used.
"""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from local.bigcommerce import messages
from local.bigcommerce.messages import Response

Exchange = Callable[[], Response]
Fault = Callable[[Exchange], Response]


def status(code: int) -> Fault:
    """Response with this status, such as 500 or 503, and exchange nothing."""
    return lambda _: messages.json_answer(code, {"error": "temporarily_unavailable"})


def rate_limited(retry_after: int) -> Fault:
    """Response 429 with `Retry-After` in seconds, and exchange nothing."""
    return lambda _: Response(429, headers={"Retry-After": str(retry_after)})


def redirected(location: str) -> Fault:
    """Response 302 to another address, and exchange nothing."""
    return lambda _: Response(302, headers={"Location": location})


def html(_: Exchange) -> Response:
    """Response 200 with a web page, as a proxy in between might, and exchange nothing."""
    return Response(200, b"<!doctype html><title>Sign in</title>", {"Content-Type": "text/html"})


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
    return lambda exchange: replace(exchange(), seconds_per_byte=seconds)


def truncated(exchange: Exchange) -> Response:
    """Exchange the code, and answer only the first half of the JSON."""
    answer = exchange()
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def without(name: str) -> Fault:
    """Exchange the code, and leave this field out of the answer."""
    return _changed(lambda content: {key: content[key] for key in content if key != name})


def with_fields(**fields: object) -> Fault:
    """Exchange the code, and answer other values, such as another `context` or fewer scopes."""
    return _changed(lambda content: content | fields)


def _changed(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Fault:
    def fault(exchange: Exchange) -> Response:
        answer = exchange()
        return replace(answer, body=json.dumps(change(json.loads(answer.body))).encode())

    return fault
