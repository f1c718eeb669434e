"""Answers as API Gateway takes them, each with the security headers."""

import json
from http import HTTPStatus
from typing import TypedDict

from ..shared import environment
from ..shared.errors import CallbackError
from .request import CallbackRequest


class Response(TypedDict):
    """An answer in the form of API Gateway's payload format 2.0."""

    statusCode: int
    headers: dict[str, str]
    body: str


def respond(
    status: HTTPStatus,
    body: str,
    *,
    content_type: str,
    style_source: str = "'none'",
    headers: dict[str, str] | None = None,
) -> Response:
    """Return an answer with this body and the security headers.

    The Content-Security-Policy allows `style_source` as a style sheet. It also names the origins
    that may frame the pages: the control panel shows them in an iframe (BigCommerce's app
    documentation). X-Frame-Options cannot name origins, so it is left out.
    """
    policy = (
        f"default-src 'none'; style-src {style_source}; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {environment.frame_ancestors()}"
    )
    return {
        "statusCode": int(status),
        "headers": {
            "Content-Type": content_type,
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Strict-Transport-Security": "max-age=31536000",
            **(headers or {}),
        },
        "body": body,
    }


def done(request: CallbackRequest) -> Response:
    """Answer a server callback that succeeded, also if there was nothing to do."""
    return _json(HTTPStatus.OK, {"status": "ok", "request_id": request.request_id})


def error_json(error: CallbackError, request: CallbackRequest) -> Response:
    """Answer a server callback that failed."""
    content = {
        "error": error.code,
        "message": error.server_message,
        "request_id": request.request_id,
    }
    return _json(error.status, content, retry_after_header(error))


def redirect(location: str) -> Response:
    """Return an answer that redirects the browser."""
    content_type = "text/plain; charset=utf-8"
    return respond(HTTPStatus.FOUND, "", content_type=content_type, headers={"Location": location})


def retry_after_header(error: CallbackError) -> dict[str, str]:
    """The Retry-After header of an error that has one."""
    return {"Retry-After": str(error.retry_after)} if error.retry_after is not None else {}


def _json(
    status: HTTPStatus, content: dict[str, str], headers: dict[str, str] | None = None
) -> Response:
    return respond(status, json.dumps(content), content_type="application/json", headers=headers)
