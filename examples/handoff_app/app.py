"""An app that the control panel opens, by way of the back end's handoff token."""

import html
import json
import os
import secrets
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import make_server
from wsgiref.types import StartResponse, WSGIEnvironment

import jwt  # PyJWT

LONGEST_SINCE_OPENED = 300  # seconds; your app's choice
LEEWAY = 10  # seconds by which clocks may differ


def read_handoff_token(token: str, key: str, *, base_url: str, app_origin: str) -> dict[str, Any]:
    """Return who opens the app; jwt.InvalidTokenError if the token is not valid."""
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=["HS256"],
        issuer=base_url,  # the stack output baseUrl
        audience=app_origin,  # such as https://app.example.com
        leeway=LEEWAY,
        options={"require": ["exp", "iat", "jti", "sub", "opened_at"]},
    )
    if time.time() - claims["opened_at"] > LONGEST_SINCE_OPENED:
        raise jwt.InvalidTokenError("opened too long ago")
    return claims


SESSION_SECONDS = 3600
# The script takes the token out of the address and keeps the session in the page's memory alone.
# Another store that is opened gets a page and a session of its own.
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Example app</title>
<h1>{store}</h1>
<p id="status">Loading</p>
<script nonce="{nonce}">
  history.replaceState(null, "", location.pathname);
  fetch("/api/visit", {{ headers: {{ Authorization: "Bearer {session}" }} }})
    .then((answer) => answer.json())
    .then((visit) => {{ document.getElementById("status").textContent = `User ${{visit.user}}`; }});
</script>
"""
REOPEN = "<!doctype html><p>Open the app from the control panel again.</p>"


class HandoffApp:
    """A WSGI app: `/bigcommerce` takes the handoff, `/api/…` needs the session that it starts.

    Sessions and used tokens are in memory. If you run more than one process, keep both in a
    database, and record a used token with one conditional write.
    """

    def __init__(self, key: str, *, base_url: str, app_origin: str) -> None:
        self._key, self._base_url, self._app_origin = key, base_url, app_origin
        self._used: dict[str, float] = {}
        self._sessions: dict[str, dict[str, Any]] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        """Answer a request."""
        if environ["PATH_INFO"] == "/bigcommerce":
            status, headers, body = self._open(environ)
        elif environ["PATH_INFO"] == "/api/visit":
            status, headers, body = self._visit(environ)
        else:
            status, headers, body = "404 Not Found", {}, ""
        headers |= {
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        start_response(status, list(headers.items()))
        yield body.encode()

    def _open(self, environ: WSGIEnvironment) -> tuple[str, dict[str, str], str]:
        """Start a session for the visitor whom the handoff token names."""
        token = parse_qs(environ["QUERY_STRING"]).get("handoff_token", [""])[0]
        nonce = secrets.token_urlsafe()
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": (
                f"default-src 'none'; script-src 'nonce-{nonce}'; connect-src 'self'; "
                "frame-ancestors https://*.mybigcommerce.com"
            ),
        }
        try:
            claims = read_handoff_token(
                token, self._key, base_url=self._base_url, app_origin=self._app_origin
            )
            self._use(claims)
        except jwt.InvalidTokenError:
            return "401 Unauthorized", headers, REOPEN
        now = time.time()
        self._sessions = {each: who for each, who in self._sessions.items() if who["until"] > now}
        session = secrets.token_urlsafe()
        self._sessions[session] = {**claims, "until": now + SESSION_SECONDS}
        store = html.escape(claims["sub"])
        return "200 OK", headers, PAGE.format(store=store, session=session, nonce=nonce)

    def _use(self, claims: dict[str, Any]) -> None:
        """Record that a token was used. Raise jwt.InvalidTokenError if it was used before."""
        now = time.time()
        self._used = {each: until for each, until in self._used.items() if until > now}
        if claims["jti"] in self._used:
            raise jwt.InvalidTokenError("used before")
        self._used[claims["jti"]] = claims["exp"] + LEEWAY

    def _visit(self, environ: WSGIEnvironment) -> tuple[str, dict[str, str], str]:
        """Return the session's store and user as JSON."""
        session = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        claims = self._sessions.get(session)
        if claims is None or claims["until"] < time.time():
            return "401 Unauthorized", {}, ""
        visit = {"store": claims["sub"], "user": claims["user"]["id"], "url": claims["url"]}
        return "200 OK", {"Content-Type": "application/json"}, json.dumps(visit)


if __name__ == "__main__":
    app = HandoffApp(
        os.environ["HANDOFF_KEY"],
        base_url=os.environ["BASE_URL"],
        app_origin=os.environ["APP_ORIGIN"],
    )
    with make_server("127.0.0.1", int(os.environ.get("PORT", "8000")), app) as server:
        server.serve_forever()
