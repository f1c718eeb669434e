"""Exchanging the auth callback's code for an access token at BigCommerce's token endpoint.

Source: BigCommerce's single-click app documentation, "Auth callback": `POST /oauth2/token`.
"""

import json
import re
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NamedTuple

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from ..records.claims import BigCommerceUser
from ..records.credentials import Credentials
from ..shared import https
from ..shared.deadline import DeadlineExceededError
from ..shared.errors import (
    BigCommerceBusyError,
    BigCommerceTimeoutError,
    BigCommerceUnavailableError,
    CodeRefusedError,
    NoScopeGrantedError,
)
from ..shared.text import is_text, json_object
from . import tolerant

TIMEOUT = urllib3.Timeout(connect=3, read=7)
ATTEMPTS = 3
PAUSE_SECONDS = 0.2

_LARGEST_ANSWER = 64 * 1024
# Bytes that KMS encrypts directly (AWS KMS API reference, "Encrypt").
_LONGEST_TOKEN = 4096
_ERROR_NAME = re.compile(r"[a-z_]{1,40}", re.ASCII)


@dataclass(frozen=True)
class AuthorizationRequest:
    """The parameters of an auth callback that BigCommerce wants back, as received.

    Attributes:
        code: the single-use authorization code.
        scope: space-separated scopes.
        context: `stores/{store_hash}`.
        redirect_uri: exactly the Auth callback URL saved in the portal.
    """

    code: str = field(repr=False)
    scope: str
    context: str
    redirect_uri: str


@dataclass(frozen=True)
class Grant:
    """BigCommerce's answer: the access token and what it grants.

    Attributes:
        client_id: the app it was granted to.
        granted_at_ms: when the answer came, in epoch milliseconds.
        scopes: those that were granted, by their parameter names.
        context: `stores/{store_hash}`.
        account_uuid: an account's ID, or None; BigCommerce's texts disagree on whose.
    """

    client_id: str
    granted_at_ms: int
    access_token: str = field(repr=False)
    scopes: tuple[str, ...]
    user: BigCommerceUser
    owner: BigCommerceUser
    context: str
    account_uuid: str | None


def exchange(login_url: str, request: AuthorizationRequest, credentials: Credentials) -> Grant:
    """Exchange the code.

    Connection errors and 5xx answers are retried, at most twice. An answer that is late or
    incomplete is not: the code is used up.

    Raises:
        CodeRefusedError: BigCommerce answered 4xx.
        BigCommerceBusyError: BigCommerce answered 429; `retry_after` is its pause.
        BigCommerceUnavailableError: no connection, 5xx, a malformed answer, or 4xx after an attempt
            whose outcome is unknown: that may have used up the code.
        NoScopeGrantedError: the answer has a token, and no scope.
        BigCommerceTimeoutError: a connection or an answer took too long.
    """
    body = {
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "code": request.code,
        "context": request.context,
        "scope": request.scope,
        "grant_type": "authorization_code",
        "redirect_uri": request.redirect_uri,
    }
    try:
        answer = _post_with_retries(f"{login_url}/oauth2/token", body)
    except DeadlineExceededError:
        raise BigCommerceTimeoutError("deadline exceeded") from None
    if answer.status == HTTPStatus.OK:
        return _grant(answer, credentials.client_id)
    reason = f"token endpoint answered {answer.status}"
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise BigCommerceBusyError(reason, https.retry_after_seconds(answer.retry_after))
    if 400 <= answer.status < 500:
        refused = BigCommerceUnavailableError if answer.after_doubtful_try else CodeRefusedError
        raise refused(f"{reason} {_error_name(answer.content)}")
    raise BigCommerceUnavailableError(reason)


class _TokenResponse(NamedTuple):
    """An answer, when it came, and whether a try before it may have used up the code."""

    status: int
    content: bytes
    retry_after: str | None
    came_at_ms: int
    after_doubtful_try: bool = False


def _post_with_retries(url: str, body: dict[str, str]) -> _TokenResponse:
    doubtful = False
    for attempt in range(1, ATTEMPTS + 1):
        try:
            answer = _post(url, body)
        except ReadTimeoutError:
            raise BigCommerceTimeoutError("timed out waiting for the answer") from None
        except HTTPError as error:
            if attempt == ATTEMPTS:
                raise _unreachable(error) from None
            doubtful = doubtful or not isinstance(error, (ConnectTimeoutError, SSLError))
        else:
            if answer.status < 500 or attempt == ATTEMPTS:
                return answer._replace(after_doubtful_try=doubtful)
            doubtful = True
        time.sleep(PAUSE_SECONDS * attempt)
    raise AssertionError("unreachable")


def _post(url: str, body: dict[str, str]) -> _TokenResponse:
    with https.request("POST", url, json=body, timeout=TIMEOUT) as response:
        came_at_ms = int(time.time() * 1000)
        try:
            content = response.read(_LARGEST_ANSWER)
        except ReadTimeoutError:
            raise
        except HTTPError as error:
            raise BigCommerceUnavailableError(
                f"incomplete answer: {type(error).__name__}"
            ) from None
    return _TokenResponse(response.status, content, response.headers.get("Retry-After"), came_at_ms)


def _unreachable(error: HTTPError) -> BigCommerceUnavailableError:
    # urllib3 counts a refused connection and an unknown name among the timeouts.
    slow = isinstance(error, ConnectTimeoutError) and not isinstance(error, NewConnectionError)
    kind = BigCommerceTimeoutError if slow else BigCommerceUnavailableError
    return kind(f"could not connect: {type(error).__name__}")


def _error_name(content: bytes) -> str:
    """Return the `error` of a refusal if it is a plain name, which the log may contain."""
    name = (json_object(content) or {}).get("error")
    return name if isinstance(name, str) and _ERROR_NAME.fullmatch(name) else ""


def _grant(answered: _TokenResponse, client_id: str) -> Grant:
    try:
        answer = json.loads(answered.content)
        return Grant(
            client_id=client_id,
            granted_at_ms=answered.came_at_ms,
            access_token=_token(answer["access_token"]),
            scopes=_scopes(answer["scope"]),
            user=_user(answer["user"]),
            owner=_user(answer["owner"]),
            context=_text(answer["context"]),
            account_uuid=tolerant.text(answer.get("account_uuid")),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        # The text of these errors can quote the answer, and so the token.
        reason = f"malformed answer: {type(error).__name__}"
        raise BigCommerceUnavailableError(reason) from None


def _scopes(value: object) -> tuple[str, ...]:
    """Return the granted scopes; BigCommerce has answered null here, with a useless token."""
    scopes = () if value in (None, "") else tuple(dict.fromkeys(_text(value).split()))
    if not scopes:
        raise NoScopeGrantedError("the answer grants no scope")
    return scopes


def _user(value: dict[str, Any]) -> BigCommerceUser:
    id_ = tolerant.integer(value["id"])
    if id_ is None:
        raise TypeError
    return BigCommerceUser(str(id_), tolerant.text(value.get("email")))


def _token(value: object) -> str:
    token = _text(value)
    if len(token.encode()) > _LONGEST_TOKEN:
        raise ValueError
    return token


def _text(value: object) -> str:
    if not is_text(value):
        raise TypeError
    return value
