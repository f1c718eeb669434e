"""How the deployed APIs answered: the emulator delivers no access log.

This runs in the emulator's process. Whoever knows a URL can ask what it was answered with; the URLs
themselves, which carry codes and payloads, are kept as digests alone.
"""

import hashlib
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any

from local.asgi import Application, Receive, Scope, Send, send_text
from local.emulator_guard import API_HOST

PATH = "/_api-answers/"
REMEMBERED_ANSWERS = 1000


def status_path(url: str) -> str:
    """The path at which the emulator says how it answered a request of this URL."""
    return PATH + hashlib.sha256(url.encode()).hexdigest()


def status_middleware(application: Application) -> Application:
    """The application, with its APIs' answers remembered.

    `status_path(url)` is answered with the status of the latest answer as text, or with 404.
    """
    statuses: dict[str, int] = {}

    async def remember(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
        elif scope["path"].startswith(PATH):
            await _tell(statuses.get(scope["path"]), send)
        elif url := _api_url(scope):
            await application(scope, receive, _noting(status_path(url), statuses, send))
        else:
            await application(scope, receive, send)

    return remember


def _api_url(scope: Scope) -> str | None:
    """The URL of a request to a deployed API, as a browser names it."""
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    if not API_HOST.fullmatch(host):
        return None
    path, query = (scope[part].decode("latin-1") for part in ("raw_path", "query_string"))
    return f"http://{host}{path}?{query}" if query else f"http://{host}{path}"


def _noting(key: str, statuses: dict[str, int], send: Send) -> Send:
    async def note(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.pop(key, None)
            statuses[key] = message["status"]
            if len(statuses) > REMEMBERED_ANSWERS:
                del statuses[next(iter(statuses))]
        await send(message)

    return note


async def _tell(status: int | None, send: Send) -> None:
    if status is None:
        await send_text(send, HTTPStatus.NOT_FOUND)
    else:
        await send_text(send, HTTPStatus.OK, str(status))
