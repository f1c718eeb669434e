"""The pages people see in the control panel's iframe: Jinja2 templates, everything escaped."""

import base64
import hashlib
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from . import apps
from .apps import AppProfile
from .errors import CallbackError
from .request import CallbackRequest
from .responses import Response, respond, retry_after_header
from .scopes import ScopeComparison
from .signed_payload import SignedPayload

_TEMPLATES = Path(__file__).parent / "templates"
_STYLE = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
# The style sheet stands in the page; its hash allows it and no other.
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def installed_page(app: AppProfile, store_hash: str, scopes: ScopeComparison) -> Response:
    """The page after an installation."""
    return _page(HTTPStatus.OK, "installed.html", app=app, store_hash=store_hash, scopes=scopes)


def loaded_page(
    app: AppProfile,
    payload: SignedPayload,
    scopes: ScopeComparison,
    installed_at: int,
    *,
    data_flow: str | None,
) -> Response:
    """The page a user sees who opens the app; `installed_at` is in epoch seconds.

    `data_flow` is a sentence on the store's data, or None where there is nothing to say of it.
    """
    return _page(
        HTTPStatus.OK,
        "loaded.html",
        app=app,
        store_hash=payload.store_hash,
        scopes=scopes,
        is_owner=payload.is_owner,
        data_flow=data_flow,
        installed_on=datetime.fromtimestamp(installed_at, UTC),
    )


def error_page(error: CallbackError, request: CallbackRequest) -> Response:
    """The page of a browser callback that did not succeed; it names the app if that is at hand."""
    return _page(
        error.status,
        "error.html",
        headers=retry_after_header(error),
        app=apps.cached(request.organization_id),
        error=error,
        request_id=request.request_id,
    )


def _page(
    status: HTTPStatus, template: str, *, headers: dict[str, str] | None = None, **values: Any
) -> Response:
    return respond(
        status,
        _environment.get_template(template).render(style=_STYLE, **values),
        content_type="text/html; charset=utf-8",
        style_source=f"'sha256-{_STYLE_HASH}'",
        headers=headers,
    )
