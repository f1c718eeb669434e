"""The OAuth token endpoint: issues codes at consent, and exchanges each code once for a token."""

import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any, NoReturn

from werkzeug import Request, Response

from local.bigcommerce.faults import Exchange, Fault
from local.bigcommerce.model import App, Installation, Store, User, random_alphanumerics
from local.bigcommerce.request_log import RequestLog

PATH = "/oauth2/token"
CODE_LIFETIME_SECONDS = 60
KEPT_REQUESTS = 10
REQUIRED_FIELDS = (
    "client_id",
    "client_secret",
    "code",
    "context",
    "scope",
    "grant_type",
    "redirect_uri",
)

Installations = dict[tuple[str, str], Installation]


@dataclass
class TokenRequest:
    """A request: the fields of its JSON body, and the problem with them, if any."""

    fields: Mapping[str, Any]
    problem: str | None = None


@dataclass
class _Code:
    app: App
    store: Store
    user: User
    scope: str
    expires_at: float
    access_token: str = field(default_factory=lambda: random_alphanumerics(31), repr=False)
    used: bool = False


class _RefusedError(Exception):
    """A refusal, with an `error` of RFC 6749, section 5.2."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


@dataclass
class TokenEndpoint:
    """Issues access tokens. Every field must be exactly as BigCommerce documents it.

    `requests` has the latest requests, with their secrets. `next_answers` has faults for the next
    requests: each applies once, in order. `answers_by_code` has the faults for requests with a
    code. `clock` returns epoch seconds.
    """

    apps: Mapping[str, App]
    installations: Installations
    log: RequestLog
    clock: Callable[[], float] = time.time
    requests: list[TokenRequest] = field(default_factory=list)
    next_answers: deque[Fault] = field(default_factory=deque)
    answers_by_code: dict[str, deque[Fault]] = field(default_factory=dict)
    _codes: dict[str, _Code] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def issue_code(self, app: App, store: Store, user: User) -> str:
        """Grant the app's scopes at the store, and return the code that proves it.

        The code works once, for this app and store, for `CODE_LIFETIME_SECONDS`.
        """
        code = random_alphanumerics(31)
        expires_at = self.clock() + CODE_LIFETIME_SECONDS
        with self._lock:
            self._codes[code] = _Code(app, store, user, app.scope, expires_at)
        return code

    def access_token(self, code: str) -> str:
        """Return the access token that this code is exchanged for."""
        return self._codes[code].access_token

    def answer(self, request: Request) -> Response:
        """Answer a POST: 200 with the token, or 400 with `error` and `error_description`.

        Raises ConnectionResetError if a fault asks for a reset.
        """
        token_request = TokenRequest({})
        with self._lock:
            self.requests.append(token_request)
            del self.requests[:-KEPT_REQUESTS]
        fault = self._next_fault(request)
        outcome, started = "reset", time.perf_counter()
        try:
            answer = fault(lambda: self._exchange(request, token_request))
            outcome = str(answer.status_code)
        finally:
            milliseconds = (time.perf_counter() - started) * 1000
            detail = token_request.problem or ""
            self.log.add("Token endpoint", PATH, outcome, milliseconds, detail=detail)
        return answer

    def _next_fault(self, request: Request) -> Fault:
        with self._lock:
            for faults in (self.answers_by_code.get(_code(request)), self.next_answers):
                if faults:
                    return faults.popleft()
        return _no_fault

    def _exchange(self, request: Request, token_request: TokenRequest) -> Response:
        try:
            token_request.fields = _fields(request)
            app = self._authenticate(token_request.fields)
            with self._lock:
                code = self._redeem(app, token_request.fields)
                installation = self._install(code)
        except _RefusedError as refusal:
            token_request.problem = str(refusal)
            return _json(400, {"error": refusal.error, "error_description": str(refusal)})
        return _json(200, _token(code, installation))

    def _authenticate(self, fields: Mapping[str, str]) -> App:
        app = self.apps.get(fields["client_id"])
        if app is None:
            _refuse("invalid_client", "Parameter client_id is not that of a registered app")
        if not secrets.compare_digest(fields["client_secret"].encode(), app.client_secret.encode()):
            _refuse("invalid_client", "Parameter client_secret does not match")
        if fields["grant_type"] != "authorization_code":
            _refuse("unsupported_grant_type", "Parameter grant_type must be authorization_code")
        if fields["redirect_uri"] != app.callback_urls.auth:
            _refuse(
                "redirect_uri_mismatch",
                "Parameter redirect_uri is not the Auth callback URL of the app",
            )
        return app

    def _redeem(self, app: App, fields: Mapping[str, str]) -> _Code:
        code = self._codes.get(fields["code"])
        if code is None or code.app is not app:
            _refuse("invalid_grant", "Parameter code was not issued to this app")
        if code.used:
            _refuse("invalid_grant", "Parameter code was used before")
        if self.clock() >= code.expires_at:
            _refuse("invalid_grant", "Parameter code has expired")
        if fields["context"] != code.store.context:
            _refuse("invalid_grant", "Parameter context is not the one the code was issued for")
        if fields["scope"] != code.scope:
            _refuse("invalid_scope", "Parameter scope is not the one the code was issued for")
        code.used = True
        return code

    def _install(self, code: _Code) -> Installation:
        """Replace an earlier installation, whose token stops working."""
        installation = Installation(code.app, code.store, code.scope, code.access_token)
        installation.users.add(code.user)
        self.installations[code.app.client_id, code.store.hash] = installation
        return installation


def _no_fault(exchange: Exchange) -> Response:
    return exchange()


def _code(request: Request) -> str:
    """Return the code of an unchecked request, or an empty string."""
    with suppress(_RefusedError):
        return _fields(request)["code"]
    return ""


def _fields(request: Request) -> dict[str, str]:
    if request.mimetype != "application/json":
        _refuse("invalid_request", "Content-Type must be application/json")
    try:
        fields = json.loads(request.data)
    except ValueError:
        _refuse("invalid_request", "The body is not JSON")
    if not isinstance(fields, dict):
        _refuse("invalid_request", "The body is not a JSON object")
    for name in REQUIRED_FIELDS:
        if not isinstance(fields.get(name), str) or not fields[name]:
            _refuse("invalid_request", f"Parameter {name} is missing or is not a string")
    return fields


def _token(code: _Code, installation: Installation) -> dict[str, object]:
    return {
        "access_token": installation.access_token,
        "scope": installation.scope,
        "user": _person(code.user),
        "owner": _person(code.store.owner),
        "context": code.store.context,
        "account_uuid": code.app.account_uuid,
    }


def _person(user: User) -> dict[str, object]:
    return {name: value for name, value in asdict(user).items() if name != "locale"}


def _json(status: int, content: Mapping[str, object]) -> Response:
    return Response(json.dumps(content), status, mimetype="application/json")


def _refuse(error: str, description: str) -> NoReturn:
    raise _RefusedError(error, description)
