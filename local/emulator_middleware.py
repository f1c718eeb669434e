"""What stands before the embedded AWS, in its process: a guard, and a memory of answers.

The emulator takes any signature of its root user, and it runs code: a page of any web site, open in
a browser on this machine, could send it requests. So what a browser sends on behalf of another site
is refused, and so is a name that is not this machine's (DNS rebinding). Only the deployed APIs, at
hosts of their own, are for browsers.

The emulator delivers no access log, so this remembers how the APIs answered, and with which request
id they called a function. Whoever knows a URL can read that; the URLs themselves, which carry codes
and payloads, are kept as digests alone.
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
# What a browser says of a request that the person made, or that the same origin did.
_OWN_SITES = {"none", "same-origin"}


# The id that the API made last in the course of this request.
_latest_id: ContextVar[list[str]] = ContextVar("latest_id")


def noting_ids(make_id: Callable[[], str]) -> Callable[[], str]:
    """Make ids as before, and note the latest: an API's last one is its function's request id."""

    def make_and_note() -> str:
        _latest_id.get([])[:] = [made := make_id()]
        return made

    return make_and_note


def with_permissions_of_batches(
    find_action: Callable[..., str | None],
) -> Callable[..., str | None]:
    """Have SQS's batch actions need the permission of their single ones, as on AWS."""

    def find(*request: Any) -> str | None:
        action = find_action(*request)
        return action.removesuffix("Batch") if action and action.startswith("sqs:") else action

    return find


def answer_path(url: str) -> str:
    """The path at which the emulator says status and request id of a URL's last answer, or 404."""
    return _ANSWER_PATH + hashlib.sha256(url.encode()).hexdigest()


class Middleware:
    """The emulator's ASGI application, behind the guard (which answers 403) and the memory."""

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
            refusal = "The embedded AWS takes no requests from web pages."
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
                self._answers.pop(key, None)  # the latest answer is the last
                self._answers[key] = " ".join([str(message["status"]), *latest_id])
                if len(self._answers) > REMEMBERED_ANSWERS:
                    del self._answers[next(iter(self._answers))]
            await send(message)

        return remember


def _is_own(host: str, headers: Mapping[str, str]) -> bool:
    """Whether a request is for the emulator or, as Rutter's are, an API; and from no page."""
    return (
        (_OWN_HOST.fullmatch(host) or _API_HOST.fullmatch(host)) is not None
        and "origin" not in headers
        and headers.get("sec-fetch-site", "none") in _OWN_SITES
    )


def _url(host: str, scope: Message) -> str:
    """The URL of a request to a deployed API, as a browser names it."""
    path, query = (scope[part].decode("latin-1") for part in ("raw_path", "query_string"))
    return f"http://{host}{path}?{query}" if query else f"http://{host}{path}"


async def _answer(send: Send, status: HTTPStatus, text: str = "") -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(text))]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
