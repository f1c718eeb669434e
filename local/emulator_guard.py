"""Keeps web pages away from the embedded AWS.

The emulator takes any signature of its root user, and it runs code: a page of any web site, open in
a browser on this machine, could send it requests. So what a browser sends on behalf of another site
is refused, and so is a name that is not this machine's (DNS rebinding). Only the deployed APIs, at
hosts of their own, are for browsers.
"""

import re
from http import HTTPStatus

from local.asgi import Application, Receive, Scope, Send, send_text

_OWN_HOST = re.compile(r"(localhost|127\.0\.0\.1)(:\d+)?")
API_HOST = re.compile(r"[a-z0-9]+\.execute-api\.localhost(:\d+)?")
# What a browser says of a request that the person made, or that the same origin did.
_OWN_SITES = {"none", "same-origin"}


def guard_middleware(application: Application) -> Application:
    """The application, behind a guard that answers 403 to what must not reach it."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or is_allowed(scope):
            await application(scope, receive, send)
        else:
            refusal = "The embedded AWS takes no requests from web pages."
            await send_text(send, HTTPStatus.FORBIDDEN, refusal)

    return guard


def is_allowed(scope: Scope) -> bool:
    """Whether a request may reach the emulator, by its ASGI scope."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get("host", "")
    if API_HOST.fullmatch(host):
        return scope.get("method") == "GET"
    return (
        _OWN_HOST.fullmatch(host) is not None
        and "origin" not in headers
        and headers.get("sec-fetch-site", "none") in _OWN_SITES
    )
