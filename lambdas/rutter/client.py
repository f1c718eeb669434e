"""Rutter's connections API, as far as connecting a store needs it.

Source: Rutter's API reference, version 2024-08-31. It says little about what an answer contains, so
answers are read tolerantly: what is missing is None.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import urllib3
from urllib3.exceptions import HTTPError

from ..records.credentials import Credentials
from ..shared import aws, environment, https
from ..shared.text import is_text, json_object
from .connection import ACTIVE, RUTTERS_STATES

VERSION = "2024-08-31"
PLATFORM = "BIG_COMMERCE"
TIMEOUT = urllib3.Timeout(connect=3, read=15)

# Rutter's own rate limit, and that of the platform behind it.
_BUSY = {429, 452}
_REFUSALS = {
    400: "Rutter rejected the request as invalid",
    409: "Rutter already has this store or received the same request before",
    410: "Rutter no longer has what was requested",
    450: "BigCommerce rejected the store's access token when Rutter used it",
}
_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
# A list of connections has some hundred bytes for each.
_LARGEST_ANSWER = 8 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z_]{1,60}", re.ASCII)


class RutterError(Exception):
    """A call that did not succeed.

    Attributes:
        reason: why, for a person and the log; it quotes only an error's plain name.
        status: that of Rutter's answer; 0 without one.
        key_is_used: whether Rutter has kept this outcome for the call's Idempotency-Key.
        retry_after: seconds that Rutter asked to wait; 0 if it did not.
    """

    def __init__(
        self, reason: str, *, status: int = 0, key_is_used: bool = False, retry_after: int = 0
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.key_is_used = key_is_used
        self.retry_after = retry_after


class RefusedError(RutterError):
    """Rutter refused the call, and refuses it again until a person does something."""


class UnknownConnectionError(RutterError):
    """Rutter does not know the connection."""


@dataclass(frozen=True)
class RutterConnection:
    """A connection as Rutter shows it; None for what the answer does not say."""

    id: str
    access_token: str | None = field(repr=False)
    state: str | None


def rutter_of(organization_id: str) -> "Rutter":
    """Return Rutter with the organization's credentials, read from Secrets Manager each time.

    Calls to Rutter are rare, and a corrected secret must work for the next one.

    Raises:
        ValueError, KeyError, TypeError: the secret is malformed.
    """
    answer = aws.secretsmanager().get_secret_value(
        SecretId=environment.rutter_secret_prefix() + organization_id
    )
    secret = json.loads(answer["SecretString"])
    return Rutter(environment.rutter_base_url(), secret["client_id"], secret["client_secret"])


@dataclass(frozen=True)
class Rutter:
    """Rutter for one organization. Each method raises RutterError if its call does not succeed."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)

    def create(
        self, store_hash: str, access_token: str, app: Credentials, *, idempotency_key: str
    ) -> RutterConnection:
        """Make the connection of a store, or give Rutter's existing one this token."""
        answer = self._call(
            "POST",
            "/connections/create",
            body={
                "platform": PLATFORM,
                "store_url": f"https://store-{store_hash}.mybigcommerce.com",
                "oauth_access_token": access_token,
                "oauth_client_id": app.client_id,
                "oauth_client_secret": app.client_secret,
            },
            headers={"Idempotency-Key": idempotency_key},
        )
        created = _connection(answer.get("connection"))
        if created is None:
            raise RutterError("the answer names no connection", key_is_used=True)
        return created

    def state(self, id_: str, access_token: str | None) -> str:
        """Return the state of a connection, in Rutter's words.

        Raises:
            UnknownConnectionError: there is none.
        """
        try:
            if access_token is not None:
                # Rutter has no endpoint for one connection without the token in the query.
                path = f"/connections/access_token?access_token={quote(access_token, safe='')}"
                found = self._call("GET", path).get("connection")
            else:
                found = self._find(id_)
        except RutterError as error:
            if error.status not in _GONE:
                raise
            found = None
        shown = _connection(found)
        if shown is None:
            raise UnknownConnectionError("Rutter no longer has the connection")
        return shown.state or "not_ready"

    def delete(self, id_: str) -> None:
        """Delete a connection; a connection that is gone already is not an error."""
        try:
            self._call("DELETE", f"/connections/{quote(id_, safe='')}")
        except RutterError as error:
            if error.status not in _GONE:
                raise

    def _find(self, id_: str) -> object:
        """Return the connection with this ID from the list, None if it is not there."""
        listed = self._call("GET", "/connections?status=any").get("connections")
        if not isinstance(listed, list):
            raise RutterError("the answer lists no connections")
        found = (each for each in listed if isinstance(each, dict) and each.get("id") == id_)
        return next(found, None)

    def _call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        own = urllib3.make_headers(basic_auth=f"{self.client_id}:{self.client_secret}")
        try:
            with https.request(
                method,
                self.base_url + path,
                json=body,
                headers={**own, "X-Rutter-Version": VERSION, **(headers or {})},
                timeout=TIMEOUT,
            ) as response:
                content = response.read(_LARGEST_ANSWER)
        except HTTPError as error:
            # Its text can quote the URL, and so the connection's access token.
            raise RutterError(f"Rutter did not answer: {type(error).__name__}") from None
        return _content(response, content)


def _content(response: urllib3.BaseHTTPResponse, content: bytes) -> dict[str, Any]:
    """Return the JSON object of an answer, or raise what the answer means."""
    status, parsed = response.status, json_object(content)
    if status == HTTPStatus.NO_CONTENT:
        return {}
    # A request that Rutter has accepted has a job, and its outcome is kept for its key.
    used = "X-Rutter-Job-ID" in response.headers
    if status in {HTTPStatus.OK, HTTPStatus.CREATED}:
        if parsed is None:
            raise RutterError("Rutter's answer is not JSON", status=status, key_is_used=used)
        return parsed
    name = (parsed or {}).get("error_code")
    said = f"{status} {name}" if isinstance(name, str) and _NAME.fullmatch(name) else str(status)
    if status in _BUSY:
        seconds = https.retry_after_seconds(response.headers.get("Retry-After"))
        raise RutterError(
            f"Rutter is busy ({said})", status=status, key_is_used=used, retry_after=seconds
        )
    if status in _REFUSALS:
        raise RefusedError(f"{_REFUSALS[status]} ({said})", status=status)
    raise RutterError(f"Rutter answered {said}", status=status, key_is_used=used)


def _connection(value: object) -> RutterConnection | None:
    if not isinstance(value, dict) or not is_text(value.get("id")):
        return None
    token = value.get("access_token")
    return RutterConnection(value["id"], token if is_text(token) else None, _state(value))


def _state(value: Mapping[str, Any]) -> str | None:
    """Return the state in an answer: Rutter's word for it, or what its flags say."""
    status = value.get("status")
    if isinstance(status, str) and status in RUTTERS_STATES:
        return status
    for flag, state in (("disabled", "disabled"), ("needs_update", "needs_reauth")):
        if value.get(flag) is True:
            return state
    return ACTIVE if value.get("last_sync_completed_at") else None
