"""Rutter's connections API. Every header and field must be as Rutter documents it.

Rutter documents two behaviors in general, but not for this call. Tests can switch both: it keeps
outcomes by Idempotency-Key, and it recognizes a store that it already has.
"""

import base64
import hmac
import json
import re
import secrets
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

from urllib3.exceptions import HTTPError
from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from local.bigcommerce.faults import Exchange, Fault
from local.loopback_http import post
from local.loopback_server import Server, serve_application

VERSION = "2024-08-31"
BASE_PATH = "/versioned"
FIELDS = {"platform", "store_url", "oauth_access_token"}
WEBHOOK_SECONDS = 15
# The states that Rutter lists if the request names none, and all states.
LISTED = {"active", "not_ready", "unhealthy"}
STATES = LISTED | {"needs_reauth", "disabled"}
OPTIONAL_FIELDS = {"oauth_client_id", "oauth_client_secret"}
_STORE_URL = re.compile(r"https://store-([A-Za-z0-9]+)\.mybigcommerce\.com")


@dataclass
class Connection:
    """A store's connection. `polls` counts the requests for its state."""

    organization: str
    store_hash: str
    store_token: str = field(repr=False)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    access_token: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    polls: int = 0


class _RefusedError(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Rutter:
    """A simulated Rutter with one organization.

    Attributes:
        connections: by ID.
        next_answers: faults for the next calls: each applies once, in order.
        calls: the method, and the path without the query, of every call.
        keeps_outcomes: whether a repeated Idempotency-Key gets the outcome of its first call.
        synced_at_poll: the poll by which a connection's first sync is done.
        recognizes_stores: whether another connection of the same store is the same connection.
        webhook_url: the receiver of webhooks; None to send none.
        webhook_answers: the status of each answer.
    """

    def __init__(self, is_token: Callable[[str, str], bool]) -> None:
        """`is_token` returns whether an access token is valid for the store with this hash."""
        self.client_id = str(uuid.uuid4())
        self.client_secret = secrets.token_hex(32)
        self.connections: dict[str, Connection] = {}
        self.next_answers: deque[Fault] = deque()
        self.calls: list[tuple[str, str]] = []
        self.keeps_outcomes = True
        self.recognizes_stores = True
        self.synced_at_poll = 1
        self.webhook_url: str | None = None
        self.webhook_answers: list[int] = []
        self._is_token = is_token
        self._outcomes: dict[str, tuple[bytes, Mapping[str, Any]]] = {}
        self._lock = threading.Lock()

    def of(self, store_hash: str) -> list[Connection]:
        """Return the connections of a store, normally one."""
        return [each for each in self.connections.values() if each.store_hash == store_hash]

    def state(self, connection: Connection) -> str:
        """Return Rutter's name of a connection's state."""
        if not self._is_token(connection.store_hash, connection.store_token):
            return "needs_reauth"
        return "active" if connection.polls >= self.synced_at_poll else "not_ready"

    def notify(self, connection: Connection, code: str) -> list[int]:
        """Send a webhook twice, as Rutter may; return the statuses.

        Raises:
            HTTPError: it was not answered.
        """
        event = {"type": "CONNECTION", "code": code, "connection_id": connection.id}
        body = json.dumps(event | {"access_token": connection.access_token}).encode()
        digest = hmac.digest(self.client_secret.encode(), body, "sha256")
        signature = f"sha256={base64.b64encode(digest).decode()}"
        headers = {"Content-Type": "application/json", "X-Rutter-Signature": signature}
        sent = (post(str(self.webhook_url), body, headers, WEBHOOK_SECONDS) for _ in range(2))
        statuses = [answer.status for answer in sent]
        self.webhook_answers += statuses
        return statuses

    def answer(self, request: Request) -> Response:
        """Answer a call.

        Raises:
            ConnectionResetError: a fault asks for the connection to be reset.
        """
        with self._lock:
            self.calls.append((request.method, request.path.removeprefix(BASE_PATH)))
            fault = self.next_answers.popleft() if self.next_answers else None
        return fault(lambda: self._exchange(request)) if fault else self._exchange(request)

    def _exchange(self, request: Request) -> Response:
        try:
            endpoint, parts = self._ROUTES.bind_to_environ(request.environ).match()
            self._authenticate(request)
            with self._lock:
                content: Mapping[str, Any] = endpoint(self, request, **parts)
        except _RefusedError as refusal:
            error = {"error_code": refusal.code, "error_message": str(refusal)}
            return _json(refusal.status, error)
        except HTTPException as error:
            return _json(error.code or 500, {"error_code": "NOT_FOUND"})
        return _json(200, content)

    def _authenticate(self, request: Request) -> None:
        given = request.authorization
        if given is None or given.type != "basic" or given.username != self.client_id:
            _refuse(401, "UNAUTHORIZED", "No organization has this client ID")
        if not hmac.compare_digest(str(given.password), self.client_secret):
            _refuse(401, "UNAUTHORIZED", "The client secret does not match")
        if request.headers.get("X-Rutter-Version") != VERSION:
            _refuse(400, "MISSING_VERSION", f"The header X-Rutter-Version must be {VERSION}")

    def _create(self, request: Request) -> Mapping[str, Any]:
        key = request.headers.get("Idempotency-Key", "")
        if self.keeps_outcomes and key in self._outcomes:
            body, outcome = self._outcomes[key]
            if body != request.data:
                _refuse(409, "IDEMPOTENCY_CONFLICT", "The key was used with another body")
            return outcome
        connection = self._connect(_fields(request))
        shown = self._shown(connection) | {"access_token": connection.access_token}
        outcome = {"connection": shown}
        self._outcomes[key] = request.data, outcome
        return outcome

    def _connect(self, fields: Mapping[str, str]) -> Connection:
        match = _STORE_URL.fullmatch(fields["store_url"])
        if match is None:
            _refuse(400, "INVALID_STORE_URL", "store_url is not a BigCommerce store")
        store_hash, token = match[1], fields["oauth_access_token"]
        if not self._is_token(store_hash, token):
            _refuse(450, "PLATFORM_BAD_REQUEST", "BigCommerce refused the access token")
        known = self.of(store_hash) if self.recognizes_stores else []
        for connection in known:
            connection.store_token, connection.polls = token, 0
            return connection
        connection = Connection(self.client_id, store_hash, token)
        self.connections[connection.id] = connection
        return connection

    def _list(self, request: Request) -> Mapping[str, Any]:
        state = request.args.get("status")
        wanted = LISTED if state is None else STATES if state == "any" else {state}
        if not wanted <= STATES:
            _refuse(400, "INVALID_REQUEST", "status is not a state of a connection")
        for connection in self.connections.values():
            self._poll(connection)
        shown = map(self._shown, self.connections.values())
        return {"connections": [each for each in shown if each["status"] in wanted]}

    def _show(self, request: Request) -> Mapping[str, Any]:
        token = request.args.get("access_token", "")
        for connection in self.connections.values():
            if hmac.compare_digest(connection.access_token, token):
                self._poll(connection)
                return {"connection": self._shown(connection)}
        return _refuse(404, "NOT_FOUND", "There is no connection with this access token")

    def _poll(self, connection: Connection) -> None:
        connection.polls += 1
        if connection.polls == self.synced_at_poll and self.webhook_url is not None:
            threading.Thread(target=self._report_first_sync, args=[connection], daemon=True).start()

    def _report_first_sync(self, connection: Connection) -> None:
        with suppress(HTTPError):  # Rutter does not repeat it
            self.notify(connection, "INITIAL_UPDATE")

    def _delete(self, _: Request, id_: str) -> Mapping[str, Any]:
        if self.connections.pop(id_, None) is None:
            _refuse(404, "NOT_FOUND", "There is no connection with this ID")
        return {"success": True}

    def _shown(self, connection: Connection) -> dict[str, Any]:
        return {
            "id": connection.id,
            "orgId": connection.organization,
            "platform": "BIG_COMMERCE",
            "store_domain": f"store-{connection.store_hash}.mybigcommerce.com",
            "link_url": f"https://link.rutterapi.com/connection/{connection.id}",
            "status": self.state(connection),
        }

    _ROUTES = Map(
        [
            Rule(BASE_PATH + "/connections/create", methods=["POST"], endpoint=_create),
            Rule(BASE_PATH + "/connections", methods=["GET"], endpoint=_list),
            Rule(BASE_PATH + "/connections/access_token", methods=["GET"], endpoint=_show),
            Rule(BASE_PATH + "/connections/<id_>", methods=["DELETE"], endpoint=_delete),
        ]
    )


@contextmanager
def serve_rutter(rutter: Rutter, port: int = 0) -> Iterator[Server]:
    """Serve Rutter's API below `BASE_PATH` until the block ends."""
    with serve_application(rutter.answer, port) as server:
        yield Server(server.url + BASE_PATH)


def failed_job(status: int) -> Fault:
    """Accept the call and fail. The outcome counts as kept for its key."""
    return lambda _: Response(status=status, headers={"X-Rutter-Job-ID": str(uuid.uuid4())})


def lost(exchange: Exchange) -> Response:
    """Process the request, and lose the answer."""
    exchange()
    raise ConnectionResetError


def _fields(request: Request) -> dict[str, str]:
    if request.mimetype != "application/json":
        _refuse(400, "INVALID_REQUEST", "Content-Type must be application/json")
    fields = request.get_json(silent=True)
    if not isinstance(fields, dict) or not FIELDS <= fields.keys() <= FIELDS | OPTIONAL_FIELDS:
        _refuse(400, "INVALID_REQUEST", "The body does not have the documented fields")
    if not all(isinstance(value, str) and value for value in fields.values()):
        _refuse(400, "INVALID_REQUEST", "Every field is a text")
    if fields["platform"] != "BIG_COMMERCE":
        _refuse(400, "UNSUPPORTED_PLATFORM", "platform must be BIG_COMMERCE")
    return fields


def _json(status: int, content: Mapping[str, Any]) -> Response:
    return Response(json.dumps(content), status, mimetype="application/json")


def _refuse(status: int, code: str, message: str) -> NoReturn:
    raise _RefusedError(status, code, message)
