"""Middleware of the embedded AWS: a guard against web pages, and a memory of answers.

The emulator accepts any signature of its root user, and it runs code. Without a guard, any web page
in a browser on this machine could send it requests. The guard refuses requests from other sites and
for other host names (DNS rebinding). Only the deployed APIs, which have separate hosts, are for
browsers.

The emulator has no access log. The memory has each API answer's status and the request ID of the
function call. It keeps a digest of each URL, because URLs contain codes and payloads.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

REMEMBERED_ANSWERS = 1000
_ANSWER_PATH = "/_api-answers/"
_OWN_HOST = re.compile(r"(localhost|127\.0\.0\.1)(:\d+)?")
_API_HOST = re.compile(r"[a-z0-9]+\.execute-api\.localhost(:\d+)?")
# Sec-Fetch-Site for a request by the user or by the same origin.
_OWN_SITES = {"none", "same-origin"}


# The latest ID that the API made during this request.
_latest_id: ContextVar[list[str]] = ContextVar("latest_id")


def noting_ids(make_id: Callable[[], str]) -> Callable[[], str]:
    """Wrap `make_id` to note its latest ID: an API's last ID is its function's request ID."""

    def make_and_note() -> str:
        _latest_id.get([])[:] = [made := make_id()]
        return made

    return make_and_note


def with_permissions_of_batches(
    find_action: Callable[..., str | None],
) -> Callable[..., str | None]:
    """Check SQS's batch actions by the permission of the single ones, as AWS does."""

    def find(*request: Any) -> str | None:
        action = find_action(*request)
        return action.removesuffix("Batch") if action and action.startswith("sqs:") else action

    return find


def answer_path(url: str) -> str:
    """Return the emulator's path for the status and request ID of a URL's last answer."""
    return _ANSWER_PATH + hashlib.sha256(url.encode()).hexdigest()


class Middleware:
    """The emulator's ASGI application behind the guard, which answers 403, and the memory."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._answers: dict[str, str] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        headers = {
            name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]
        }
        host = headers.get("host", "")
        if _API_HOST.fullmatch(host) and scope.get("method") == "GET":
            await self._application(scope, receive, self._remembering(_url(host, scope), send))
        elif not _is_own(host, headers):
            refusal = "The embedded AWS accepts no requests from web pages."
            await _answer(send, HTTPStatus.FORBIDDEN, refusal)
        elif not scope["path"].startswith(_ANSWER_PATH):
            await self._application(scope, receive, send)
        elif answer := self._answers.get(scope["path"]):
            await _answer(send, HTTPStatus.OK, answer)
        else:
            await _answer(send, HTTPStatus.NOT_FOUND)

    def _remembering(self, url: str, send: Send) -> Send:
        latest_id: list[str] = []
        _latest_id.set(latest_id)

        async def remember(message: Message) -> None:
            if message["type"] == "http.response.start":
                key = answer_path(url)
                self._answers.pop(key, None)  # keep the latest answer last
                self._answers[key] = " ".join([str(message["status"]), *latest_id])
                if len(self._answers) > REMEMBERED_ANSWERS:
                    del self._answers[next(iter(self._answers))]
            await send(message)

        return remember


def _is_own(host: str, headers: Mapping[str, str]) -> bool:
    """Return whether a request is for the emulator or an API, and not from a web page."""
    return (
        (_OWN_HOST.fullmatch(host) or _API_HOST.fullmatch(host)) is not None
        and "origin" not in headers
        and headers.get("sec-fetch-site", "none") in _OWN_SITES
    )


def _url(host: str, scope: Message) -> str:
    """Return the URL of a request to a deployed API."""
    path, query = (scope[part].decode("latin-1") for part in ("raw_path", "query_string"))
    return f"http://{host}{path}?{query}" if query else f"http://{host}{path}"


async def _answer(send: Send, status: HTTPStatus, text: str = "") -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(text))]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
