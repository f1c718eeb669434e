"""The pages people see in the control panel's iframe: Jinja2 templates, everything escaped."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .apps import App
from .errors import CallbackError
from .request import CallbackRequest
from .responses import Response, respond, retry_after_header
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


@dataclass(frozen=True)
class InstalledStore:
    """A store and how its granted scopes differ from those the app is configured with.

    Attributes:
        store_hash: the store.
        granted_scopes: what the store granted, sorted.
        missing_scopes: configured, but not granted.
        extra_scopes: granted, but not configured.
    """

    store_hash: str
    granted_scopes: list[str]
    missing_scopes: list[str]
    extra_scopes: list[str]

    @classmethod
    def of(cls, app: App, store_hash: str, granted: Iterable[str]) -> "InstalledStore":
        """Compare what the store granted with what the app is configured with."""
        wanted, given = set(app.scopes), set(granted)
        return cls(store_hash, sorted(given), sorted(wanted - given), sorted(given - wanted))


def installed_page(app: App, store: InstalledStore) -> Response:
    """The page after an installation."""
    return _page(HTTPStatus.OK, "installed.html", app=app, store=store)


def loaded_page(
    app: App, store: InstalledStore, payload: SignedPayload, installed_at: int
) -> Response:
    """The page a user sees who opens the app; `installed_at` is in epoch seconds."""
    return _page(
        HTTPStatus.OK,
        "loaded.html",
        app=app,
        store=store,
        is_owner=payload.is_owner,
        installed_on=datetime.fromtimestamp(installed_at, UTC),
    )


def error_page(error: CallbackError, request: CallbackRequest, app: App | None) -> Response:
    """The page of a browser callback that did not succeed."""
    return _page(
        error.status,
        "error.html",
        headers=retry_after_header(error),
        app=app,
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
