"""HTML pages: templates, and the headers that go with them."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug import Response

from local.bigcommerce.model import App
from portal.oauth_scopes import OAUTH_SCOPES

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    template: str, apps: Iterable[App] = (), *, status: int | None = 200, **values: object
) -> Response:
    """Render a template. The page may send forms to the callbacks of `apps`.

    It may frame any site, because an app can redirect its frame to its own pages.
    """
    origins = sorted({_origin(app.reached_urls.load) for app in apps} | {"'self'"})
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        f"img-src data:; base-uri 'none'; frame-ancestors 'self'; "
        f"frame-src http: https:; form-action {' '.join(origins)}"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    text = _templates.get_template(template).render(permissions=_permissions, **values)
    return Response(text, status, headers, mimetype="text/html")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else "'self'"


def _permissions(app: App) -> list[tuple[str, str]]:
    """Return each scope's name in the portal and its effect; an unlisted scope as it is."""
    scopes = [(scope, OAUTH_SCOPES.get(scope)) for scope in app.scopes]
    return [(str(listed), listed.effect) if listed else (name, "") for name, listed in scopes]
