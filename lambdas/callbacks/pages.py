"""The pages that merchants see in the control panel's iframe.

The templates are HTML with `{places}`. Only `_fill` fills them, and it escapes everything that is
not `Markup`. Jinja2 would escape too, but importing its compiler takes a third of a cold start.
"""

import base64
import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from markupsafe import Markup, escape

from ..records import apps
from ..records.apps import AppProfile
from ..records.claims import SignedPayload
from ..records.scopes import ScopeComparison
from ..shared.errors import CallbackError
from .request import CallbackRequest
from .responses import Response, respond, retry_after_header

_TEMPLATES = Path(__file__).parent / "templates"
_STYLE = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
# The page contains its style sheet. The Content-Security-Policy allows no other, by this hash.
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def _template(name: str) -> str:
    return (_TEMPLATES / f"{name}.html").read_text(encoding="utf-8")


_PAGE = _template("page")
_INSTALLED = _template("installed")
_LOADED = _template("loaded")
_ERROR = _template("error")
_STORE = _template("store")
_MISSING = _template("missing")
_BRAND = '<p class="brand">{app}</p>'
_SUPPORT = '<a href="{url}" target="_blank" rel="noopener noreferrer">Get support for {app}</a>'
# docs/troubleshooting.md has a section for each code.
_REFERENCE = '<p class="reference">Request ID <code>{request_id}</code>, <code>{code}</code></p>'
_SCOPES = '<ul class="scopes">\n{items}</ul>'
_SCOPE = "<li>{scope}</li>\n"
_PARAGRAPH = "<p>{text}</p>"
_NOTHING = Markup()


def installed_page(app: AppProfile, store_hash: str, scopes: ScopeComparison) -> Response:
    """Return the page after an installation."""
    content = _fill(_INSTALLED, app=app.name, store=_store(app, store_hash, scopes))
    return _page(HTTPStatus.OK, f"{app.name} is installed", content, app=app)


def loaded_page(
    app: AppProfile,
    payload: SignedPayload,
    scopes: ScopeComparison,
    installed_at: int,
    *,
    data_flow: str | None,
) -> Response:
    """Return the page that opens the app; `installed_at` is in epoch seconds.

    `data_flow` is a sentence about the store's data, or None.
    """
    installed_on = datetime.fromtimestamp(installed_at, UTC)
    content = _fill(
        _LOADED,
        app=app.name,
        installed_on=installed_on.isoformat(),
        installed_on_day=f"{installed_on.day} {installed_on:%B %Y}",
        data_flow=_fill(_PARAGRAPH, text=data_flow) if data_flow else _NOTHING,
        role="the owner" if payload.is_owner else "a user",
        store=_store(app, payload.store_hash, scopes),
    )
    return _page(HTTPStatus.OK, app.name, content, app=app)


def error_page(error: CallbackError, request: CallbackRequest) -> Response:
    """Return the page of a browser callback that failed; it names the app if the app is cached."""
    return _page(
        error.status,
        error.title,
        _fill(_ERROR, title=error.title, message=error.message),
        app=apps.cached(request.organization_id),
        reference=_fill(_REFERENCE, request_id=request.request_id, code=error.code),
        headers=retry_after_header(error),
    )


def _store(app: AppProfile, store_hash: str, scopes: ScopeComparison) -> Markup:
    return _fill(
        _STORE,
        store_hash=store_hash,
        granted=_list(app, scopes.granted) if scopes.granted else "none",
        missing=_fill(_MISSING, scopes=_list(app, scopes.missing)) if scopes.missing else _NOTHING,
    )


def _list(app: AppProfile, scopes: Iterable[str]) -> Markup:
    """Return the scopes by their names in the portal; a scope without a known name stays."""
    names = (app.scope_names.get(scope, scope) for scope in scopes)
    items = "".join(_fill(_SCOPE, scope=name) for name in names)
    return _fill(_SCOPES, items=Markup(items))  # noqa: S704 (each item is escaped)


def _page(
    status: HTTPStatus,
    title: str,
    content: Markup,
    *,
    app: AppProfile | None,
    reference: Markup = _NOTHING,
    headers: dict[str, str] | None = None,
) -> Response:
    support_url = app.support_url if app else None
    body = _fill(
        _PAGE,
        title=title,
        style=Markup(_STYLE),  # noqa: S704 (a file of the bundle)
        brand=_fill(_BRAND, app=app.name) if app else _NOTHING,
        content=content,
        support=_fill(_SUPPORT, url=support_url, app=app.name) if app and support_url else _NOTHING,
        reference=reference,
    )
    return respond(
        status,
        str(body),
        content_type="text/html; charset=utf-8",
        style_source=f"'sha256-{_STYLE_HASH}'",
        headers=headers,
    )


def _fill(template: str, **values: object) -> Markup:
    """Return the template with these values in their places, escaped unless they are Markup."""
    escaped = {
        # `escape` would copy Markup, and so the style sheet.
        name: value if isinstance(value, Markup) else escape(value)
        for name, value in values.items()
    }
    return Markup(template.format(**escaped))  # noqa: S704 (our template, with escaped values)
